public import Model
import Networks
package import Search

/// A registry model that a scenario fuses, as stored with its search; later changes in the registry have no effect.
public struct StoredBackbone: Hashable, Sendable {
    /// Identity of the model.
    public var model: String
    /// Modality that it perceives.
    public var modality: String
    /// Network in canonical JSON.
    public var network: String
    /// Family as in table 1.
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

    /// The network, split into stages for the search.
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
