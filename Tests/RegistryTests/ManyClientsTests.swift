import Brain
import Foundation
import Messaging
import Model
import Networks
import RegistryClient
import ServiceTestSupport
import Testing

@testable import RegistryServer

@Suite(.timeLimit(.minutes(10)))
struct ManyClientsTests {
    @Test(arguments: [4, 8, 16, 64])
    func `every request of many simultaneous clients is answered`(clients: Int) async throws {
        let fixture = try RegistryFixture()
        let rounds = min(8, 128 / clients)
        try await fixture.brain.seed()
        try await fixture.store.seedZoo()
        let endpoint = try socketEndpoint()
        let bytes = sampleBytes(100_000)
        try await fixture.serve(at: endpoint) { first, _ in
            let digest = try await first.upload(bytes: bytes)
            let answered = try await withThrowingTaskGroup(of: Int.self) { group in
                for client in 0..<clients {
                    group.addTask {
                        let requests = RequestClient(to: endpoint, loop: MessageLoop(), logger: quiet)
                        let registry = RegistryClient(requests, patience: .seconds(120))
                        var answered = 0
                        for round in 0..<rounds {
                            answered += try await Self.ask(registry, about: digest, bytes, client * 100 + round)
                        }
                        await requests.close()
                        return answered
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(answered == clients * rounds * 12)
        }
    }

    /// Sends twelve simultaneous requests; returns the number of correct answers.
    private static func ask(
        _ registry: RegistryClient, about digest: BlobDigest, _ bytes: [UInt8], _ number: Int
    ) async throws -> Int {
        let requests: [@Sendable () async throws -> Bool] = [
            { try await registry.bytes(of: digest) == bytes },
            { try await registry.bytes(of: digest) == bytes },
            { try await registry.state(of: digest).isComplete },
            { try await registry.networks(.init(limit: 5)).isEmpty == false },
            { try await registry.networks(.init(limit: 5)).isEmpty == false },
            { try await registry.models().isEmpty },
            { try await registry.statistics().models == 0 },
            { try await registry.terms().isEmpty == false },
            { try await registry.areas().isEmpty == false },
            { try await registry.verifyBlobs().faults.isEmpty },
            { try await registry.upload(bytes: Array("\(number)".utf8)) != digest },
            { try await registry.collectBlobs(olderThan: .seconds(3_600), dryRun: true).blobs == 0 },
        ]
        return try await withThrowingTaskGroup { group in
            for request in requests { group.addTask { try await request() } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }
}
