import Foundation
import GRDB
import Model
import RegistryClient
import Storage

extension RegistryStore {
    /// Adds a model whose blobs are there and makes its artificial code; a known identity stays as it is.
    func add(_ model: PretrainedModel) async throws -> PretrainedModel {
        try await writer.write { db in
            if let known = try Self.model(model.id, db) { return known }
            guard let network = try Self.network(model.network, db) else {
                throw Failure(
                    .notFound,
                    "Model '\(model.id)' names the base network \(model.network), which is not registered; do that first."
                )
            }
            _ = try BlobStore.pin(model.script, as: "script", db)
            _ = try BlobStore.pin(model.weights, as: "weights", db)
            let code = try Self.code(of: model, network)
            try Self.insert(model, code: code, created: now().microseconds, db)
            var attributes = ["code": code.description, "accuracy": "\(model.accuracy)"]
            attributes["scenario"] = model.scenario
            try events.append(kind: "model.registered", subject: model.id, attributes: attributes, in: db)
            return try Self.model(model.id, db) ?? model
        }
    }

    private static func code(of model: PretrainedModel, _ network: BaseNetwork) throws -> ArtificialCode {
        try ArtificialCode(
            name: network.name, areas: network.areas, functions: network.functions, category: network.category,
            dataset: model.dataset, size: ParameterSize(parameters: network.parameters),
            accuracy: AccuracyPercentage(fraction: model.accuracy), optimizer: model.optimizer,
            platform: model.platform)
    }

    private static func insert(
        _ model: PretrainedModel, code: ArtificialCode, created: Int64, _ db: Database
    ) throws {
        let numbers = try Terms.encode(code, db)
        try db.execute(
            sql: """
                INSERT INTO models (id, network, platform, dataset, optimizer, accuracy, script, weights, scenario, trial,
                    created, code_text, code)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                model.id, model.network.hexadecimal, try Terms.row(of: model.platform, in: .platforms, db),
                try Terms.row(of: model.dataset, in: .datasets, db),
                try Terms.row(of: model.optimizer, in: .optimizers, db), model.accuracy, model.script.hexadecimal,
                model.weights.hexadecimal, model.scenario, model.trial, created, code.description,
                numbers.map(String.init).joined(separator: " "),
            ])
        for (name, value) in model.metrics {
            try db.execute(
                sql: "INSERT INTO model_metrics (model, name, value) VALUES (?, ?, ?)",
                arguments: [model.id, name, value])
        }
    }

    /// One model.
    func model(_ id: String) async throws -> PretrainedModel {
        guard let model = try await database.read({ db in try Self.model(id, db) }) else {
            throw Failure(
                .notFound, "There is no model '\(id.prefix(80))'. See 'gyrus models' for those that are known.")
        }
        return model
    }

    /// Models by identity.
    func models(_ query: CatalogueQuery) async throws -> [PretrainedModel] {
        let clause = try query.clause(.models)
        return try await database.read { db in
            try Row.fetchAll(db, sql: modelColumns + clause.sql, arguments: clause.arguments)
                .map { try PretrainedModel(row: $0, db) }
        }
    }

    private static func model(_ id: String, _ db: Database) throws -> PretrainedModel? {
        let statement = try db.cachedStatement(sql: modelColumns + " WHERE models.id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map { try PretrainedModel(row: $0, db) }
    }
}

private let modelColumns = """
    SELECT models.*, platforms.text AS platform_text, datasets.text AS dataset_text, optimizers.text AS optimizer_text
    FROM models JOIN terms AS platforms ON platforms.id = models.platform
        JOIN terms AS datasets ON datasets.id = models.dataset
        JOIN terms AS optimizers ON optimizers.id = models.optimizer
    """

extension PretrainedModel {
    fileprivate init(row: Row, _ db: Database) throws {
        let id: String = row["id"]
        let metrics = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT name, value FROM model_metrics WHERE model = ?"), arguments: [id])
        self.init(
            id: id, network: try BlobDigest(row["network"]), platform: row["platform_text"],
            dataset: row["dataset_text"], optimizer: row["optimizer_text"], accuracy: row["accuracy"],
            script: try BlobDigest(row["script"]), weights: try BlobDigest(row["weights"]), scenario: row["scenario"],
            trial: row["trial"],
            metrics: Dictionary(metrics.map { ($0["name"], $0["value"]) }) { _, later in later },
            created: Date(microseconds: row["created"]), code: try ArtificialCode(row["code_text"]),
            codeNumbers: (row["code"] as String).split(separator: " ").compactMap { UInt32($0) })
    }
}
