public import Model
public import Networks

/// A network of one modality that is trained already, or is trained first.
public struct FusedNetwork: Hashable, Sendable {
    /// The network with its stages.
    public let backbone: Backbone
    /// Name for people: the structure, or the model of the registry.
    public let title: String
    /// Family in the sense of table 1.
    public let category: String
    /// The safetensors file of its weights; nil if it is trained first.
    public let weights: BlobDigest?

    /// Takes a model of the registry.
    /// - Throws: `Failure` if the network cannot be taken apart.
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
