public import Model
import Networks
package import Search

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

    /// Describes a model.
    package init(model: String, modality: String, network: String, category: String, weights: BlobDigest) {
        self.model = model
        self.modality = modality
        self.network = network
        self.category = category
        self.weights = weights
    }

    /// The network as the search takes it apart.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the scenario's field.
    package var pretrained: FusedNetwork {
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
