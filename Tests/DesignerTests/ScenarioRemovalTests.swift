import DesignerClient
import Foundation
import GRDB
import Model
import Storage
import Synchronization
import Testing

@testable import DesignerSearch
@testable import DesignerServer

@Suite(.timeLimit(.minutes(10))) struct ScenarioRemovalTests {
    @Test func `a running search keeps the files of its trials, also after a restart`() async throws {
        let world = FakeWorld(gate: { order in
            // The search stops in its middle.
            if order.id.hasSuffix("/9/train") { try await Task.sleep(for: .seconds(3_600)) }
        })
        let database = try Designer.database()
        let designer = try await Designer(database, world)
        try await designer.living { service in
            try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
            while try await designer.service.store.files(of: ScenarioID("s1")).count < 6 { await Task.yield() }
        }
        let files = Set(try await designer.service.store.files(of: ScenarioID("s1")))
        try await Designer(database, world).living { _ in
            while !world.state.withLock({ files.isSubset(of: $0.held) }) { await Task.yield() }
        }
    }

    @Test func `a scenario that has ended is removed with its trials, and its ID is never reused`()
        async throws
    {
        let database = try Designer.database()
        let service = try await Designer(database, FakeWorld()).service
        try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
        try await service.publish(scenarioText(), file: "f.yaml", as: "s2")
        let early = await #expect(throws: Failure.self) { try await service.remove("s1") }
        #expect(early?.code == .conflict && early?.message.contains("gyrus cancel s1") == true)
        try await database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO trials (scenario, number, state, genome, origin, network, code, metrics)
                    VALUES ('s1', 0, 4, '1.1.1-0.0.0', 'random', 'n', 'c', '{}')
                    """)
        }
        _ = try await service.cancel("s1")
        #expect(try await service.remove("s1").state == .cancelled)
        #expect(try await service.scenarios(limit: 10).map(\.id.text) == ["s2"])
        let left = try await database.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM trials") }
        #expect(left == 0)
        let gone = await #expect(throws: Failure.self) { try await service.remove("s1") }
        #expect(gone?.code == .notFound)
        let again = await #expect(throws: Failure.self) {
            try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
        }
        #expect(again?.code == .conflict)
        let events = try await EventLog(database, service: "designer").read()
        #expect(events.contains { $0.kind == "scenario.removed" && $0.subject == "s1" })
    }
}
