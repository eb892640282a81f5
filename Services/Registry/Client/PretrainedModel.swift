public import Foundation
public import Model
public import Schema

/// A base network with weights, and where they came from.
public struct PretrainedModel: Hashable, Sendable {
    /// Identity, chosen by whoever registers it.
    public var id: String
    /// Its base network.
    public var network: BlobDigest
    /// Platform that wrote the weights, such as `Gyrus1.0`.
    public var platform: String
    /// Name of the dataset that it was trained on.
    public var dataset: String
    /// Optimizer in the sense of table 1, such as `SGD`.
    public var optimizer: String
    /// Accuracy on the dataset's test split, 0 to 1.
    public var accuracy: Double
    /// The TorchScript file.
    public var script: BlobDigest
    /// The safetensors file.
    public var weights: BlobDigest
    /// Scenario that made it; nil where it was imported.
    public var scenario: String?
    /// Trial that made it; nil where it was imported.
    public var trial: String?
    /// Other measurements.
    public var metrics: [String: Double]
    /// When it was registered; set by the registry.
    public var created: Date?
    /// Its artificial code; made by the registry.
    public var code: ArtificialCode?
    /// The artificial code as integers; made by the registry.
    public var codeNumbers: [UInt32]

    /// Makes a model to be registered.
    public init(
        id: String, network: BlobDigest, platform: String, dataset: String, optimizer: String, accuracy: Double,
        script: BlobDigest, weights: BlobDigest, scenario: String? = nil, trial: String? = nil,
        metrics: [String: Double] = [:], created: Date? = nil, code: ArtificialCode? = nil, codeNumbers: [UInt32] = []
    ) {
        self.id = id
        self.network = network
        self.platform = platform
        self.dataset = dataset
        self.optimizer = optimizer
        self.accuracy = accuracy
        self.script = script
        self.weights = weights
        self.scenario = scenario
        self.trial = trial
        self.metrics = metrics
        self.created = created
        self.code = code
        self.codeNumbers = codeNumbers
    }

    /// The model that was received.
    public init(_ wire: Wire.PretrainedModel) throws {
        self.init(
            id: wire.id, network: try BlobDigest(wire.network), platform: wire.platform, dataset: wire.dataset,
            optimizer: wire.optimizer, accuracy: wire.accuracy, script: try BlobDigest(wire.script),
            weights: try BlobDigest(wire.weights), scenario: wire.scenario.isEmpty ? nil : wire.scenario,
            trial: wire.trial.isEmpty ? nil : wire.trial, metrics: .init(wire.metrics),
            created: wire.createdMicroseconds == 0 ? nil : Date(microseconds: wire.createdMicroseconds),
            code: wire.codeText.isEmpty ? nil : try ArtificialCode(wire.codeText), codeNumbers: wire.code)
    }
}

extension Wire.PretrainedModel {
    /// The model as it is sent.
    public init(_ model: PretrainedModel) {
        self.init(
            id: model.id, network: model.network.hexadecimal, platform: model.platform, dataset: model.dataset,
            optimizer: model.optimizer, accuracy: model.accuracy, script: model.script.hexadecimal,
            weights: model.weights.hexadecimal, scenario: model.scenario ?? "", trial: model.trial ?? "",
            createdMicroseconds: model.created?.microseconds ?? 0, metrics: .init(model.metrics),
            codeText: model.code?.description ?? "", code: model.codeNumbers)
    }
}
