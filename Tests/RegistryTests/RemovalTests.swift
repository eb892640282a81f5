import Foundation
import Model
import RegistryClient
import Testing

@testable import RegistryServer

@Suite(.timeLimit(.minutes(10)))
struct RemovalTests {
    private let fixture: RegistryFixture

    init() throws { fixture = try RegistryFixture() }

    private func add(
        _ id: String, _ client: RegistryClient, accuracy: Double? = 0.9, parent: String? = nil,
        recipe: BlobDigest? = nil, bytes: [UInt8] = [1, 2, 3]
    ) async throws -> PretrainedModel {
        let network = try await client.register(try sampleNetwork())
        return try await client.register(
            PretrainedModel(
                id: id, network: try #require(network.id), platform: "Gyrus1.0", dataset: "mnist", optimizer: "SGD",
                accuracy: accuracy, files: [ModelFile(.safetensors, try await client.upload(bytes: bytes))],
                metrics: ["loss": 0.1], lineage: .init(recipe: recipe, parent: parent)))
    }

    @Test func `a removed model is in no list, sum or search, and its version is never reused`()
        async throws
    {
        try await fixture.serve { client, _ in
            _ = try await add("m1", client, accuracy: 0.5)
            let before = try await client.statistics()
            let second = try await add("m2", client, accuracy: 0.9)
            #expect(second.version == 2)
            #expect(try await client.removeModel("m2").id == "m2")
            #expect(try await client.models().map(\.id) == ["m1"])
            #expect(try await client.models(.init(filter: ["text": "m2"])).isEmpty)
            #expect(try await client.stages(.init()).map(\.model) == ["m1"])
            func counted(_ statistics: CatalogStatistics) -> Set<CatalogStatistics.Group> {
                // Subtracting from a mean may change its last bits.
                Set(
                    statistics.groups.map { group in
                        var group = group
                        group.meanAccuracy = group.meanAccuracy.map { ($0 * 1e9).rounded() }
                        return group
                    })
            }
            #expect(counted(try await client.statistics()) == counted(before))
            let gone = await #expect(throws: Failure.self) { try await client.removeModel("m2") }
            #expect(gone?.code == .notFound)
            #expect(try await add("m3", client).version == 3)
        }
        #expect(try await fixture.eventKinds().contains("model.removed"))
    }

    @Test func `live models, and parents of other models, are kept with the reason`() async throws {
        try await fixture.serve { client, _ in
            _ = try await add("parent", client)
            _ = try await add("child", client, parent: "parent")
            let heir = await #expect(throws: Failure.self) { try await client.removeModel("parent") }
            #expect(heir?.code == .conflict && heir?.message.contains("child") == true)
            _ = try await client.move("child", to: .live, by: "ada")
            let live = await #expect(throws: Failure.self) { try await client.removeModel("child") }
            #expect(live?.code == .conflict && live?.message.contains("archived") == true)
            _ = try await client.move("child", to: .archived, by: "ada")
            try await client.removeModel("child")
            try await client.removeModel("parent")
            #expect(try await client.models().isEmpty)
            #expect(try await client.statistics().groups.allSatisfy { $0.models == 0 && $0.bytes == 0 })
        }
    }

    @Test func `a dataset is removed if no model needs it, and its file by garbage collection`() async throws {
        try await fixture.serve { client, _ in
            let recipe = BlobDigest(hashing: [7])
            let blob = try await client.upload(bytes: [4, 5, 6, 7])
            _ = try await client.register(
                RegisteredDataset(name: "mnist", recipe: recipe, blob: blob, classes: 10, attributes: [:]))
            _ = try await add("m1", client, recipe: recipe)
            func shares() async throws -> [String: UInt64] {
                Dictionary(try await client.storage().map { ($0.kind, $0.bytes) }) { $0 + $1 }
            }
            #expect(try await shares() == ["models": 3, "datasets": 4, "unneeded files": 0])
            let used = await #expect(throws: Failure.self) { try await client.removeDataset(recipe: recipe) }
            #expect(used?.code == .conflict && used?.message.contains("m1") == true)
            try await client.removeModel("m1")
            try await client.removeDataset(recipe: recipe)
            #expect(try await client.datasets().isEmpty)
            #expect(try await shares() == ["models": 0, "datasets": 0, "unneeded files": 7])
            #expect(try await client.collectBlobs(olderThan: .zero, dryRun: false).bytes == 7)
            #expect(try await shares().values.allSatisfy { $0 == 0 })
        }
    }

    @Test func `an added network is removed, but not one of Gyrus or of a model`() async throws {
        try await fixture.store.seedZoo()
        try await fixture.serve { client, _ in
            let added = try sampleNetwork("Mine", classes: 7)
            let used = try #require(try await client.register(added).id)
            _ = try await client.register(
                PretrainedModel(
                    id: "m1", network: used, platform: "Gyrus1.0", dataset: "mnist", optimizer: "SGD", accuracy: nil,
                    files: [ModelFile(.safetensors, try await client.upload(bytes: [1, 2, 3]))]))
            let held = await #expect(throws: Failure.self) { try await client.removeNetwork(used) }
            #expect(held?.code == .conflict && held?.message.contains("m1") == true)
            try await client.removeModel("m1")
            try await client.removeNetwork(used)
            let gone = await #expect(throws: Failure.self) { try await client.network(used) }
            #expect(gone?.code == .notFound)
            let shipped = try #require(try await client.networks(.init(filter: ["name": "LeNet5"])).first?.id)
            let stays = await #expect(throws: Failure.self) { try await client.removeNetwork(shipped) }
            #expect(stays?.code == .conflict && stays?.message.contains("is part of Gyrus") == true)
            // The same network can be added again.
            #expect(try await client.register(added).id == used)
        }
        #expect(try await fixture.eventKinds().contains("network.removed"))
    }
}
