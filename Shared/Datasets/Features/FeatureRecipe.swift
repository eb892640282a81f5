public import Model
public import Networks

/// Everything that determines a set of features: the same recipe gives the same numbers.
public struct FeatureRecipe: Hashable, Sendable {
    /// Identity of the recipe of the samples.
    public var dataset: String
    /// The network whose stages they are.
    public var backbone: Backbone
    /// The safetensors file of its weights.
    public var weights: BlobDigest

    /// Describes a set of features.
    public init(dataset: String, backbone: Backbone, weights: BlobDigest) {
        self.dataset = dataset
        self.backbone = backbone
        self.weights = weights
    }

    /// Digest of all of it, which identifies a set of features everywhere.
    public var id: BlobDigest {
        get throws {
            let network = try backbone.network.id
            let text = "\(FeatureSet.format) \(dataset) \(backbone.modality) \(network) \(weights)"
            return BlobDigest(hashing: Array(text.utf8))
        }
    }
}
