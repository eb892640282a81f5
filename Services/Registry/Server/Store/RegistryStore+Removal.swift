import GRDB
import Model
import Networks
import RegistryClient
import Storage

// MARK: - Removing

extension RegistryStore {
    /// Removes a model that is not live and has no descendants. Its files remain until the next garbage collection.
    /// - Returns: The removed model.
    func removeModel(_ id: String) async throws -> PretrainedModel {
        try await database.write { db in
            let model = try Self.existingModel(id, db)
            guard model.stage != .live else {
                throw Failure(
                    .conflict,
                    "Model '\(id)' is live in '\(model.series)'; archive it first: gyrus models stage \(id) archived")
            }
            if let children = try Self.models(where: "parent", is: id, db) {
                throw Failure(.conflict, "Model '\(id)' is the parent of \(children); remove its descendants first.")
            }
            for table in ["model_metrics", "model_files", "stage_changes", "model_words"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE model = ?", arguments: [id])
            }
            try db.execute(sql: "DELETE FROM models WHERE id = ?", arguments: [id])
            try events.append(
                kind: "model.removed", subject: id,
                attributes: ["series": model.series, "version": "\(model.version)"], in: db)
            return model
        }
    }

    /// Removes a base network that was not shipped with Gyrus and that no model uses. Searches keep the structures that they
    /// started with.
    /// - Returns: The removed network.
    func removeNetwork(_ id: BlobDigest) async throws -> BaseNetwork {
        let isShipped = try ZooNetwork.all.contains { try $0.network.id == id }
        return try await database.write { db in
            guard let network = try Self.network(id, db) else {
                throw Failure(.notFound, "There is no base network \(id).")
            }
            guard !isShipped else {
                throw Failure(
                    .conflict,
                    "Network '\(network.name)' is part of Gyrus and cannot be removed; exclude it from a search with "
                        + "'search.structures: [-\(network.name)]'.")
            }
            if let models = try Self.models(where: "network", is: id.hexadecimal, db) {
                throw Failure(
                    .conflict,
                    "Network '\(network.name)' is used by the models \(models); remove them first: gyrus models rm")
            }
            for table in ["network_terms", "network_features", "area_networks"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE network = ?", arguments: [id.hexadecimal])
            }
            try db.execute(sql: "DELETE FROM networks WHERE id = ?", arguments: [id.hexadecimal])
            try events.append(
                kind: "network.removed", subject: id.hexadecimal, attributes: ["name": network.name], in: db)
            return network
        }
    }

    /// The first models with a value in a column, for a message; nil if there are none.
    private static func models(where column: String, is value: String, _ db: Database) throws -> String? {
        let models = try String.fetchAll(
            db, sql: "SELECT id FROM models WHERE \(column) = ? ORDER BY id LIMIT 4", arguments: [value])
        guard !models.isEmpty else { return nil }
        return models.prefix(3).joined(separator: ", ") + (models.count > 3 ? " and others" : "")
    }

    /// Removes a prepared dataset that no model was trained on. Its file remains until the next garbage collection.
    /// - Returns: The removed dataset.
    func removeDataset(_ recipe: BlobDigest) async throws -> RegisteredDataset {
        try await database.write { db in
            guard let dataset = try Self.dataset(recipe, db) else {
                throw Failure(.notFound, "There is no dataset with recipe \(recipe).")
            }
            if let models = try Self.models(where: "recipe", is: recipe.hexadecimal, db) {
                throw Failure(
                    .conflict,
                    "Dataset \(recipe.hexadecimal.prefix(12)) is needed by the models \(models), trained on it; "
                        + "remove them first.")
            }
            try db.execute(sql: "DELETE FROM datasets WHERE recipe = ?", arguments: [recipe.hexadecimal])
            try events.append(
                kind: "dataset.removed", subject: recipe.hexadecimal, attributes: ["name": dataset.name], in: db)
            return dataset
        }
    }

    /// Storage use: files of models, files of datasets, and unreferenced files.
    func storage() async throws -> [StorageShare] {
        try await database.read { db in
            func share(_ kind: String, _ condition: String, isNeeded: Bool) throws -> StorageShare {
                let row = try Row.fetchOne(
                    db, sql: "SELECT COUNT(*) AS files, TOTAL(bytes) AS bytes FROM blobs WHERE digest \(condition)")
                return StorageShare(
                    kind: kind, files: row?["files"] ?? 0, bytes: UInt64((row?["bytes"] ?? 0) as Double),
                    isNeeded: isNeeded)
            }
            let (models, datasets) = ("(SELECT blob FROM model_files)", "(SELECT blob FROM datasets)")
            return [
                try share("models", "IN \(models)", isNeeded: true),
                try share("datasets", "IN \(datasets) AND digest NOT IN \(models)", isNeeded: true),
                try share("unneeded files", "NOT IN (\(BlobReferences.all))", isNeeded: false),
            ]
        }
    }
}
