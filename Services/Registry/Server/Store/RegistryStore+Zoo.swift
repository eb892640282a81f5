import GRDB
import Model
import Networks
import RegistryClient
import Storage

extension RegistryStore {
    /// Registers the networks that every registry has, in one transaction; existing ones are left unchanged.
    public func seedZoo() async throws {
        let new = try await unknown(try ZooNetwork.all).map { entry in
            try ExaminedNetwork(
                BaseNetwork(
                    name: entry.network.name, category: entry.category, areas: entry.areas,
                    functions: entry.functions, description: try entry.network.canonicalJSON))
        }
        guard !new.isEmpty else { return }
        try await database.write { db in
            for entry in new { _ = try add(entry.network, entry.structure, id: entry.id, in: db) }
        }
    }

    private func unknown(_ entries: [ZooNetwork]) async throws -> [ZooNetwork] {
        try await database.read { db in
            try entries.filter { try Self.network($0.network.id, db) == nil }
        }
    }
}
