import GRDB
import Model
import RegistryClient
import Storage

// MARK: - Removing

extension RegistryStore {
    /// Removes a model that is not live and has no descendants. Its files stay until the next garbage collection.
    /// - Returns: The removed model.
    func removeModel(_ id: String) async throws -> PretrainedModel {
        try await database.write { db in
            let model = try Self.existingModel(id, db)
            guard model.stage != .live else {
                throw Failure(
                    .conflict,
                    "Model '\(id)' is live in '\(model.series)'; archive it first: gyrus models stage \(id) archived")
            }
            let heirs = try String.fetchAll(
                db, sql: "SELECT id FROM models WHERE parent = ? ORDER BY id LIMIT 4", arguments: [id])
            guard heirs.isEmpty else {
                let names = heirs.prefix(3).joined(separator: ", ") + (heirs.count > 3 ? " and others" : "")
                throw Failure(.conflict, "Model '\(id)' is the parent of \(names); remove its descendants first.")
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

    /// Removes a prepared dataset that no model was trained on. Its file stays until the next garbage collection.
    /// - Returns: The removed dataset.
    func removeDataset(_ recipe: BlobDigest) async throws -> RegisteredDataset {
        try await database.write { db in
            guard let dataset = try Self.dataset(recipe, db) else {
                throw Failure(.notFound, "There is no dataset with recipe \(recipe).")
            }
            let models = try String.fetchAll(
                db, sql: "SELECT id FROM models WHERE recipe = ? ORDER BY id LIMIT 4", arguments: [recipe.hexadecimal])
            guard models.isEmpty else {
                let names = models.prefix(3).joined(separator: ", ") + (models.count > 3 ? " and others" : "")
                throw Failure(
                    .conflict,
                    "Dataset \(recipe.hexadecimal.prefix(12)) is needed by the models \(names), trained on it; "
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
