import DesignerClient
import Foundation
import GRDB
import Logging
import Messaging
import Model
import Storage
import Testing

@testable import DesignerSearch
@testable import DesignerServer

@Suite(.timeLimit(.minutes(10))) struct ListTests {
    private static let message = String(repeating: "x", count: 20_000)

    /// Serves a designer without running its searches.
    private func serve(_ designer: Designer, _ body: (DesignerClient) async throws -> Void) async throws {
        let logger = Logger(label: "designer", factory: { _ in SwiftLogNoOpLogHandler() })
        var router = Router()
        DesignerHarness(designer.service).register(in: &router)
        let loop = MessageLoop()
        let endpoint = try Endpoint("inproc://\(UUID().uuidString)")
        let server = RequestServer(endpoint: endpoint, router: router, loop: loop, logger: logger)
        let running = Task { try await server.run() }
        let requests = RequestClient(to: try await server.boundEndpoint, loop: loop, logger: logger)
        let result: Result<Void, any Error>
        do { result = .success(try await body(DesignerClient(requests))) } catch { result = .failure(error) }
        await requests.close()
        running.cancel()
        try await running.value
        try result.get()
    }

    @Test func `trials that do not fit into one reply are paged`() async throws {
        let database = try Designer.database()
        let designer = try await Designer(database, FakeWorld())
        try await designer.service.publish(scenarioText(), file: "f.yaml", as: "s1")
        let failure = try DesignerStore.json(Failure(.internal, Self.message))
        try await database.write { db in
            for number in 0..<100 {
                try db.execute(
                    sql: """
                        INSERT INTO trials (scenario, number, state, genome, origin, network, code, metrics, failure)
                        VALUES ('s1', ?, 4, '1.1.1-0.0.0', 'random', 'n', 'c', '{}', ?)
                        """, arguments: [number, failure])
            }
        }
        try await serve(designer) { client in
            var numbers: [Int] = []
            while true {
                let page = try await client.trials(of: "s1", from: numbers.count)
                if page.isEmpty { break }
                #expect(page.allSatisfy { $0.failure?.message == Self.message })
                numbers += page.map(\.id.number)
            }
            #expect(numbers == Array(0..<100))
        }
    }

    @Test func `if scenarios do not fit into one reply, the newest are listed`() async throws {
        let database = try Designer.database()
        let designer = try await Designer(database, FakeWorld())
        for number in 0..<100 {
            try await designer.service.publish(scenarioText(), file: "f.yaml", as: "s\(number)")
        }
        let failure = try DesignerStore.json(Failure(.internal, Self.message))
        try await database.write { db in
            try db.execute(sql: "UPDATE scenarios SET state = 4, failure = ?", arguments: [failure])
        }
        try await serve(designer) { client in
            let listed = try await client.scenarios().map(\.id.text)
            #expect(listed.count > 20)
            #expect(listed == (0..<100).reversed().prefix(listed.count).map { "s\($0)" })
        }
    }

    @Test func `scenarios are listed in pages`() async throws {
        let designer = try await Designer(Designer.database(), FakeWorld())
        for number in 0..<5 {
            try await designer.service.publish(scenarioText(), file: "f.yaml", as: "s\(number)")
        }
        try await serve(designer) { client in
            let first = try await client.scenarios(limit: 2)
            #expect(first.map(\.id.text) == ["s4", "s3"])
            let next = try await client.scenarios(limit: 10, before: first[1].id)
            #expect(next.map(\.id.text) == ["s2", "s1", "s0"])
            await #expect(throws: Failure.self) {
                try await client.scenarios(before: try ScenarioID("nobody"))
            }
        }
    }

    /// A scenario with ended trials: objective, parameters, latency; nil for one that failed.
    private func designer(_ trials: [(Double, Double, Double)?]) async throws -> Designer {
        let database = try Designer.database()
        let designer = try await Designer(database, FakeWorld())
        try await designer.service.publish(scenarioText(), file: "f.yaml", as: "s1")
        try await database.write { db in
            for (number, trial) in trials.enumerated() {
                let metrics = trial.map { ["parameters": $0.1, "latency-milliseconds": $0.2] } ?? [:]
                try db.execute(
                    sql: """
                        INSERT INTO trials
                            (scenario, number, state, genome, purpose, source, origin, network, code, objective, metrics)
                        VALUES ('s1', ?, ?, '1.1.1-0.0.0', ?, 1, 'random', 'n', 'c', ?, ?)
                        """,
                    arguments: [
                        number, trial == nil ? 4 : 3, number == 9 ? "final" : "candidate", trial?.0,
                        try DesignerStore.json(metrics),
                    ])
            }
        }
        return designer
    }

    @Test func `trials can be sorted by any metric, and those without it come last`() async throws {
        let designer = try await designer([(0.5, 30, 1), nil, (0.7, 10, 3), (0.5, 20, 2)])
        try await serve(designer) { client in
            func numbers(_ order: TrialOrder, _ descending: Bool = false, offset: Int = 0) async throws -> [Int] {
                try await client.trials(of: "s1", by: order, descending: descending, offset: offset).map(\.id.number)
            }
            let byObjective = try await numbers(.objective, true)
            #expect(byObjective == [2, 0, 3, 1])
            let byParameters = try await numbers(.parameters)
            #expect(byParameters == [2, 3, 0, 1])
            let rest = try await numbers(.latency, offset: 2)
            #expect(rest == [2, 1])
            let newest = try await numbers(.number, true)
            #expect(newest == [3, 2, 1, 0])
        }
    }

    @Test func `a search's progress has its records, its front and its counts`() async throws {
        let designer = try await designer([
            (0.5, 30, 1), nil, (0.4, 10, 3), (0.6, 40, 2), (0.55, 50, 1), (0.6, 40, 2), (0.7, 90, 9), (0.1, 95, 9),
            (0.05, 5, 20), (0.99, 1, 0.1),
        ])
        try await serve(designer) { client in
            let progress = try await client.progress(of: "s1")
            #expect(progress.counts == [.succeeded: 8, .failed: 1])
            #expect(progress.finals == 1)
            #expect(progress.records.map(\.number) == [0, 3, 6])
            #expect(progress.front.map(\.number) == [8, 2, 0, 3, 4, 6])
            #expect(progress.sample.map(\.number) == [0, 2, 3, 4, 5, 6, 7, 8])
            let few = try await client.progress(of: "s1", sample: 3)
            #expect(few.sample.map(\.number) == [0, 3, 6])
            #expect(few.records == progress.records)
        }
    }
}
