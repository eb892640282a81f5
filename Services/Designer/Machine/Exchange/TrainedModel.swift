public import Model

/// A network with weights for the registry; also its stored form while it waits to be delivered.
public struct TrainedModel: Hashable, Sendable, Codable {
    /// Identity: the trial's.
    public var id: String
    /// Scenario that made it.
    public var scenario: String
    /// Network in canonical JSON.
    public var network: String
    /// Artificial code, which holds name, category, areas, functions, dataset and optimizer.
    public var code: ArtificialCode
    /// Accuracy on the test split, or else on the validation split; nil for a network that answers no classes.
    public var accuracy: Double?
    /// The TorchScript file.
    public var script: BlobDigest
    /// The safetensors file.
    public var weights: BlobDigest
    /// Other measurements.
    public var metrics: [String: Double]
    /// Identity of the recipe of the data; nil in an order of an older designer.
    public var recipe: String?
    /// What it is a version of: the scenario by its name; nil in an order of an older designer.
    public var series: String?
    /// The file of its answers for test samples; nil if none is kept.
    public var answers: BlobDigest?
}
