import GRDB
import Model
import Networks
import RegistryClient

extension RegistryStore {
    /// Registers the networks that every registry has; those that are there stay as they are.
    public func seedZoo() async throws {
        for entry in try ZooNetwork.all {
            let network = BaseNetwork(
                name: entry.network.name, category: entry.category, areas: entry.areas, functions: entry.functions,
                description: try entry.network.canonicalJSON)
            let id = try entry.network.id
            if try await knows(id) { continue }
            let examined = try ExaminedNetwork(network)
            _ = try await add(examined.network, examined.structure, id: examined.id)
        }
    }

    private func knows(_ id: BlobDigest) async throws -> Bool {
        try await database.read { db in try Self.network(id, db) != nil }
    }
}
