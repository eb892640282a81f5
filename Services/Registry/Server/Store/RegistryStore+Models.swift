import Foundation
import GRDB
import Model
import RegistryClient
import Storage

extension RegistryStore {
    /// Adds a model whose blobs exist as the next version of its series; a known identity is left unchanged.
    func add(_ model: PretrainedModel) async throws -> PretrainedModel {
        try await database.write { db in
            if let known = try Self.model(model.id, db) { return known }
            guard let network = try Self.network(model.network, db) else {
                throw Failure(
                    .notFound,
                    "Model '\(model.id)' names the base network \(model.network); register that first."
                )
            }
            if let parent = model.lineage.parent, try Self.model(parent, db) == nil {
                throw Failure(
                    .notFound,
                    "Model '\(model.id)' names the parent '\(parent)', which is not registered; register it first.")
            }
            var model = model
            if model.series.isEmpty { model.series = "\(network.name)/\(model.dataset)" }
            model.stage = .none
            let code = try Self.code(of: model, network)
            let created = now()
            try ModelRow.insert(model, code: code, created: created.microseconds, db)
            try Self.begin(.none, of: model.id, at: created, by: "registry", note: "registered", db)
            try tell(of: model, code, db)
            return try Self.model(model.id, db) ?? model
        }
    }

    private func tell(of model: PretrainedModel, _ code: ArtificialCode, _ db: Database) throws {
        var attributes = ["code": code.description, "series": model.series]
        attributes["accuracy"] = model.accuracy.map { "\($0)" }
        attributes["scenario"] = model.lineage.scenario
        try events.append(kind: "model.registered", subject: model.id, attributes: attributes, in: db)
    }

    private static func code(of model: PretrainedModel, _ network: BaseNetwork) throws -> ArtificialCode {
        try ArtificialCode(
            name: network.name, areas: network.areas, functions: network.functions, category: network.category,
            dataset: model.dataset, size: ParameterSize(parameters: network.parameters),
            accuracy: try model.accuracy.map { try AccuracyPercentage(fraction: $0) }, optimizer: model.optimizer,
            platform: model.platform)
    }

    /// The model with this ID; throws if there is none.
    func model(_ id: String) async throws -> PretrainedModel {
        try await database.read { db in try Self.existingModel(id, db) }
    }

    /// Models in the requested order.
    func models(_ query: CatalogQuery) async throws -> [PretrainedModel] {
        let clause = try query.clause(.models)
        return try await database.read { db in
            try Row.fetchAll(db, sql: ModelRow.columns + clause.sql, arguments: clause.arguments)
                .map { try PretrainedModel(row: $0, db) }
        }
    }

    static func existingModel(_ id: String, _ db: Database) throws -> PretrainedModel {
        guard let model = try model(id, db) else {
            throw Failure(
                .notFound, "There is no model '\(id.prefix(80))'. List the known ones with: gyrus models")
        }
        return model
    }

    private static func model(_ id: String, _ db: Database) throws -> PretrainedModel? {
        let statement = try db.cachedStatement(sql: ModelRow.columns + " WHERE models.id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map { try PretrainedModel(row: $0, db) }
    }
}
