import DesignerSearch
import GRDB
import Model
import Storage

extension DesignerStore {
    /// Stores a model that a new scenario fuses.
    func keep(_ backbone: StoredBackbone, of id: ScenarioID, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO backbones (scenario, modality, model, network, category, weights)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id.text, backbone.modality, backbone.model, backbone.network, backbone.category,
                backbone.weights.hexadecimal,
            ])
    }

    /// The models that a scenario fuses, by modality.
    func backbones(of id: ScenarioID) async throws -> [String: StoredBackbone] {
        let found = try await database.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT * FROM backbones WHERE scenario = ?", arguments: [id.text])
            return try rows.map { row in
                StoredBackbone(
                    model: row["model"], modality: row["modality"], network: row["network"],
                    category: row["category"], weights: try BlobDigest(row["weights"]))
            }
        }
        return Dictionary(uniqueKeysWithValues: found.map { ($0.modality, $0) })
    }
}
