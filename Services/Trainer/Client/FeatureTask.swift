public import Model
public import Networks
import Schema

/// A task of kind `features`: runs a trained network of one modality over a prepared dataset and keeps what its stages give,
/// so that no later task has to run it again.
public struct FeatureTask: Hashable, Sendable {
    /// The kind of task that the queue knows it by.
    public static let kind = "features"

    /// Modality that the network perceives.
    public var modality: String
    /// The network.
    public var network: NetworkDescription
    /// The safetensors file of its weights.
    public var weights: BlobDigest
    /// Identity of the recipe of the prepared dataset.
    public var dataset: String

    /// Describes a task.
    public init(modality: String, network: NetworkDescription, weights: BlobDigest, dataset: String) {
        self.modality = modality
        self.network = network
        self.weights = weights
        self.dataset = dataset
    }

    /// Reads a task's payload.
    public init(payload: [UInt8]) throws {
        let wire = try Wire.FeatureTask(bytes: payload)
        self.init(
            modality: wire.modality, network: try NetworkDescription(json: wire.network),
            weights: try BlobDigest(wire.weights),
            dataset: wire.dataset)
    }

    /// The task's payload.
    public func payload() throws -> [UInt8] {
        try Wire.FeatureTask(
            modality: modality, network: try network.canonicalJSON, weights: weights.hexadecimal, dataset: dataset
        ).encodedBytes()
    }
}

/// What comes of a task of kind `features`.
public struct FeatureResult: Hashable, Sendable {
    /// Identity under which the registry has the features.
    public var features: String
    /// The file of features.
    public var blob: BlobDigest
    /// Validation metrics of the network by itself, such as `validation-accuracy`, and `seconds`.
    public var metrics: [String: Double]

    /// Makes a result.
    public init(features: String, blob: BlobDigest, metrics: [String: Double]) {
        self.features = features
        self.blob = blob
        self.metrics = metrics
    }

    /// Reads a task's result.
    public init(result: [UInt8]) throws {
        let wire = try Wire.FeatureResult(bytes: result)
        self.init(features: wire.features, blob: try BlobDigest(wire.blob), metrics: .init(wire.metrics))
    }

    /// The task's result.
    public func encoded() throws -> [UInt8] {
        try Wire.FeatureResult(features: features, blob: blob.hexadecimal, metrics: .init(metrics)).encodedBytes()
    }
}
