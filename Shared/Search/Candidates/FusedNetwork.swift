public import Model
public import Networks

/// A single-modality network that is already trained, or is trained before the fusion.
public struct FusedNetwork: Hashable, Sendable {
    /// The network, split into stages.
    public let backbone: Backbone
    /// Display name: the structure, or the model of the registry.
    public let title: String
    /// Family as in table 1.
    public let category: String
    /// The safetensors file of its weights; nil if it is still to be trained.
    public let weights: BlobDigest?

    /// Takes a model of the registry.
    /// - Throws: `Failure` if the network cannot be split into stages.
    public init(
        model: String, modality: String, network: NetworkDescription, category: String, weights: BlobDigest
    ) throws {
        backbone = try Backbone(modality: modality, network: network)
        title = model
        self.category = category
        self.weights = weights
    }

    init(_ structure: StructureFamily, modality: String, _ signature: InputSignature, outputs: Int) throws {
        let network = try structure.network(input: modality, signature, outputs: outputs)
        backbone = try Backbone(modality: modality, network: network)
        title = structure.name
        category = structure.category
        weights = nil
    }
}
