import DesignerClient
import Foundation
import GRDB
import Logging
import Messaging
import Model
import Testing

@testable import DesignerServer

@Suite(.timeLimit(.minutes(1))) struct ListTests {
    private static let message = String(repeating: "x", count: 20_000)

    /// Serves a designer that does not run to a client.
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

    @Test func `trials that do not fit into one reply come in pages`() async throws {
        let database = try Designer.database()
        let designer = try Designer(database, FakeWorld())
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

    @Test func `of scenarios that do not fit into one reply the newest are listed`() async throws {
        let database = try Designer.database()
        let designer = try Designer(database, FakeWorld())
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
}
