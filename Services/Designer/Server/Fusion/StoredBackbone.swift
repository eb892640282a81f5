import GRDB
public import Model
import Networks
import Search
import Storage

/// A model of the registry that a scenario fuses, as its search keeps it: what the registry says later changes nothing.
public struct StoredBackbone: Hashable, Sendable {
    /// Identity of the model.
    public var model: String
    /// Modality that it perceives.
    public var modality: String
    /// Network in canonical JSON.
    public var network: String
    /// Family in the sense of table 1.
    public var category: String
    /// The safetensors file of its weights.
    public var weights: BlobDigest

    /// The network as the search takes it apart.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the scenario's field.
    var pretrained: FusedNetwork {
        get throws {
            do {
                return try FusedNetwork(
                    model: model, modality: modality, network: NetworkDescription(json: network), category: category,
                    weights: weights)
            } catch let failure as Failure {
                throw Failure(failure.code, "fusion.networks.\(modality): \(failure.message)")
            }
        }
    }
}

extension DesignerService {
    /// The models of the registry that a scenario fuses, by modality.
    /// - Throws: `Failure` that points into the scenario's file where there is no such model.
    func backbones(of file: ScenarioFile) async throws -> [String: StoredBackbone] {
        var found: [String: StoredBackbone] = [:]
        for (modality, name) in (file.scenario.fusion?.networks ?? [:]).sorted(by: { $0.key < $1.key })
        where !FusionSpace.isStructure(name) {
            do {
                found[modality] = try await peers.registry.pretrained(name, modality: modality)
            } catch let failure as Failure where failure.code == .notFound {
                // The search space says what there is to choose.
                continue
            } catch let failure as Failure where failure.code == .invalidArgument {
                let located = Failure(.invalidArgument, "fusion.networks.\(modality): \(failure.message)")
                try file.locating { throw located }
            }
        }
        return found
    }
}

extension DesignerStore {
    /// Keeps a model that a new scenario fuses.
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
