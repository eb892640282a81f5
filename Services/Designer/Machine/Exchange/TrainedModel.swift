public import Model

/// A network with weights for the registry; also its stored form until it is delivered.
public struct TrainedModel: Hashable, Sendable, Codable {
    /// Identity, which is the trial's.
    public var id: String
    /// Scenario that produced it.
    public var scenario: String
    /// Network in canonical JSON.
    public var network: String
    /// Artificial code, which holds name, category, areas, functions, dataset and optimizer.
    public var code: ArtificialCode
    /// Accuracy on the test split or, without one, on the validation split; nil for a network without classes.
    public var accuracy: Double?
    /// The TorchScript file.
    public var script: BlobDigest
    /// The safetensors file.
    public var weights: BlobDigest
    /// Other metrics.
    public var metrics: [String: Double]
    /// Identity of the data's recipe; nil in an order of an older designer.
    public var recipe: String?
    /// The series that it is a version of: the scenario's name; nil in an order of an older designer.
    public var series: String?
    /// The file of its answers for test samples; nil if none is stored.
    public var answers: BlobDigest?
}
