import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct ConsoleProcessTests {
    private struct Replica: Decodable {
        let service: String
        let health: String
    }

    @Test func `the launcher starts the console, prints its address, and knows when it is healthy`() async throws {
        try await GyrusCommand.use { gyrus in
            let up = try await gyrus.run("up", "-d", "console")
            #expect(up.status == 0)
            let address = try #require(
                up.err.firstMatch(of: /In a browser: (http:\/\/127\.0\.0\.1:[0-9]+\/\?key=[a-z0-9]{32})\n/)?.1)
            let replicas = try await gyrus.list(Replica.self, "ps")
            #expect(replicas.map(\.service) == ["console"] && replicas.allSatisfy { $0.health == "healthy" })

            // A second project finds the default port in use, and gets its own console.
            try await GyrusCommand.use { other in
                let second = try await other.run("up", "-d", "console")
                #expect(second.status == 0)
                let otherAddress = try #require(second.err.firstMatch(of: /In a browser: (http:[^\n]+)/)?.1)
                #expect(otherAddress != address)
            }
        }
    }
}
