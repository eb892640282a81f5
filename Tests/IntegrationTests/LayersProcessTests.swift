import Foundation
import TestSupport
import Testing

private struct Row: Decodable {
    let isFinal, isWinner: Bool
    let state, network: String
    let metrics: [String: Double]
}

@Suite(.timeLimit(.minutes(5))) struct `A search over layers on the command line` {
    @Test func `controllers generate layer strings, and the best one is fully trained`() async throws {
        try await GyrusCommand.use { gyrus in
            #expect(try await gyrus.run("up", "-d", "--scale", "trainer-worker=2").status == 0)
            let file = try gyrus.write(
                """
                scenario: layers
                stimuli: [see digits]
                modalities: {image: {dataset: mnist}}
                data: {samples: {training: 240, validation: 80, test: 80}, seed: 1}
                search: {method: reinforce, population: 4, trials: 12, seed: 7, layers: {most: 3, strides: [2]}}
                training: {epochs: 1, batch: 32}
                final: {epochs: 2}

                """, to: "layers.yaml")
            let end = try await gyrus.run("publish", "--synthetic", "--wait", file)
            #expect(end.status == 0, "\(end.err)")
            let id = end.out.trimmingCharacters(in: .newlines)
            let rows = try await gyrus.list(Row.self, "result", id)
            #expect(rows.count == 13 && rows.allSatisfy { $0.state == "succeeded" })
            let strings = rows.prefix(12).compactMap {
                $0.network.wholeMatch(of: #/image: (\d+×\d+×\d+/2(?:-\d+×\d+×\d+/2)*) \w+/#)?.1
            }
            #expect(strings.count == 12)
            #expect(Set(strings.map { $0.split(separator: "-").count }).count > 1, "strings differ in length")
            let winner = try #require(rows.first { $0.isWinner })
            #expect(winner.isFinal && winner.metrics["test-accuracy"] != nil)
            let explained = try await gyrus.run("explain", file)
            #expect(explained.status == 0, "\(explained.err)")
        }
    }
}
