public import Model
public import Networks
import Schema

/// A task of kind `features`: runs a trained single-modality network over a prepared dataset and stores the outputs of
/// its stages, so that no later task has to run it again.
public struct FeatureTask: Hashable, Sendable {
    /// Kind of the task in the queue.
    public static let kind = "features"

    /// Modality that the network perceives.
    public var modality: String
    /// The network's description.
    public var network: NetworkDescription
    /// Digest of the safetensors file of its weights.
    public var weights: BlobDigest
    /// Identity of the prepared dataset's recipe.
    public var dataset: String

    /// Makes a task.
    public init(modality: String, network: NetworkDescription, weights: BlobDigest, dataset: String) {
        self.modality = modality
        self.network = network
        self.weights = weights
        self.dataset = dataset
    }

    /// Decodes a task's payload.
    public init(payload: [UInt8]) throws {
        let wire = try Wire.FeatureTask(bytes: payload)
        self.init(
            modality: wire.modality, network: try NetworkDescription(json: wire.network),
            weights: try BlobDigest(wire.weights),
            dataset: wire.dataset)
    }

    /// The encoded payload.
    public func payload() throws -> [UInt8] {
        try Wire.FeatureTask(
            modality: modality, network: try network.canonicalJSON, weights: weights.hexadecimal, dataset: dataset
        ).encodedBytes()
    }
}

/// The result of a task of kind `features`.
public struct FeatureResult: Hashable, Sendable {
    /// Identity of the features in the registry.
    public var features: String
    /// Digest of the features file.
    public var blob: BlobDigest
    /// Validation metrics of the network alone, such as `validation-accuracy`, and `seconds`.
    public var metrics: [String: Double]

    /// Makes a result.
    public init(features: String, blob: BlobDigest, metrics: [String: Double]) {
        self.features = features
        self.blob = blob
        self.metrics = metrics
    }

    /// Decodes a task's result.
    public init(result: [UInt8]) throws {
        let wire = try Wire.FeatureResult(bytes: result)
        self.init(features: wire.features, blob: try BlobDigest(wire.blob), metrics: .init(wire.metrics))
    }

    /// The encoded result.
    public func encoded() throws -> [UInt8] {
        try Wire.FeatureResult(features: features, blob: blob.hexadecimal, metrics: .init(metrics)).encodedBytes()
    }
}
