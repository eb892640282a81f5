import Foundation
import Logging
import Messaging
import Model
import Networks
import RegistryClient
import ServingSupport
import TestSupport
import Testing

/// A server that follows the registry, with the built programs.
@Suite(.timeLimit(.minutes(10))) struct LiveVersionTests {
    @Test func `a version that becomes live answers from then on, without interruption`() async throws {
        let kind = DataSettings.Answer(columns: ["kind"], kind: .classification)
        let first = try MadePackage.table(target: kind, seed: 3)
        let second = try MadePackage.table(target: kind, seed: 4)
        try await ProcessFixture.run { fixture in
            _ = try fixture.start("registry", [])
            let endpoint = try Endpoint(try #require(fixture.environment["GYRUS_REGISTRY"]))
            let registry = RegistryClient(
                RequestClient(to: endpoint, logger: Logger(label: "test")), patience: .seconds(600))
            try await first.register(as: "first", with: registry)
            try await second.register(as: "second", with: registry)
            _ = try await registry.move("first", to: .live, by: "test")
            let server = try await ServedFixture.start(["kinds=table/kinds"], in: fixture)
            let row = Data(#"{"age": 20, "weight": 50.5, "city": "Rome"}"#.utf8)
            let before = try await Self.answer(server, row)
            #expect(before.version == "1")
            #expect(try abs(Float(before.probability) - first.answers()[0][0]) < 1e-5)

            let stage = try fixture.start("gyrus", ["models", "stage", "second", "live"])
            #expect(await stage.end() == 0)
            var after = before
            // Every answer in between is one of the two.
            while after.version == "1" {
                #expect(abs(after.probability - before.probability) < 1e-6)
                after = try await Self.answer(server, row)
            }
            #expect(after.version == "2")
            #expect(try abs(Float(after.probability) - second.answers()[0][0]) < 1e-5)
        }
    }

    @Test func `a name that is not in the registry ends the server with advice`() async throws {
        try await ProcessFixture.run { fixture in
            _ = try fixture.start("registry", [])
            let server = try fixture.start("server", ["serve", "--port", "0", "nobody"])
            #expect(await server.end() == 1)
            #expect(try String(contentsOf: server.log, encoding: .utf8).contains("gyrus models stage MODEL live"))
        }
    }

    private static func answer(
        _ server: ServedFixture, _ row: Data
    ) async throws -> (version: String, probability: Double) {
        let answer = try await server.ask("/predict", row)
        try #require(answer.status == 200, "\(answer.text)")
        let named = try answer.predictions()[0]["probabilities"] as? [String: Double]
        return (try answer.object()["version"] as? String ?? "", named?["a"] ?? -1)
    }
}
