import Model
import Schema

/// A task of kind `update`: trains a new version of a pretrained model on other data while limiting forgetting.
public struct UpdateTask: Hashable, Sendable {
    /// Kind of the task in the queue.
    public static let kind = "update"
    /// Default share of the accuracy on earlier data that a version may lose and still be promoted automatically.
    public static let usualAllowance = 0.03

    /// Identity of the model in the registry.
    public var model: String
    /// Identity of the prepared dataset's recipe.
    public var dataset: String
    /// `replay`, `distillation`, `ewc` or `fine-tuning`.
    public var method: String
    /// Maximum number of earlier samples to retain.
    public var memory: Int
    /// Passes over the training samples.
    public var epochs: Int
    /// Samples per mini-batch.
    public var batch: Int
    /// Initial learning rate of Adam; it follows a cosine to zero.
    public var learningRate: Double
    /// Number of training samples to use, chosen by the seed; absent for all.
    public var samples: Int?
    /// Seed of the order and choice of samples.
    public var seed: UInt64
    /// Share of the accuracy on earlier data that it may lose and still be promoted.
    public var allowedForgetting: Double
    /// Name of the person who requested it.
    public var person: String

    /// Makes a task.
    public init(
        model: String, dataset: String, method: String = "replay", memory: Int = 4000, epochs: Int = 3, batch: Int = 64,
        learningRate: Double = 0.001, samples: Int? = nil, seed: UInt64 = 1,
        allowedForgetting: Double = usualAllowance, person: String
    ) {
        self.model = model
        self.dataset = dataset
        self.method = method
        self.memory = memory
        self.epochs = epochs
        self.batch = batch
        self.learningRate = learningRate
        self.samples = samples
        self.seed = seed
        self.allowedForgetting = allowedForgetting
        self.person = person
    }

    /// Decodes a task's payload.
    public init(payload: [UInt8]) throws {
        let wire = try Wire.UpdateTask(bytes: payload)
        self.init(
            model: wire.model, dataset: wire.dataset, method: wire.method, memory: Int(wire.memory),
            epochs: Int(wire.epochs), batch: Int(wire.batch), learningRate: wire.learningRate,
            samples: wire.samples == 0 ? nil : Int(wire.samples), seed: wire.seed,
            allowedForgetting: wire.allowedForgetting, person: wire.person)
    }

    /// The encoded payload.
    public func payload() throws -> [UInt8] {
        try Wire.UpdateTask(
            model: model, dataset: dataset, method: method, memory: UInt32(clamping: memory),
            epochs: UInt32(clamping: epochs), batch: UInt32(clamping: batch), learningRate: learningRate,
            samples: UInt32(clamping: samples ?? 0), seed: seed, allowedForgetting: allowedForgetting, person: person
        ).encodedBytes()
    }
}

/// The result of a task of kind `update`.
public struct UpdateResult: Hashable, Sendable {
    /// Identity of the new version in the registry.
    public var model: String
    /// Its stage: `none` if it forgot too much to be promoted.
    public var stage: String
    /// Metrics, including `forgetting`, the largest share of accuracy lost on earlier data, and the accuracies on
    /// earlier and new data before and after.
    public var metrics: [String: Double]

    /// Makes a result.
    public init(model: String, stage: String, metrics: [String: Double]) {
        self.model = model
        self.stage = stage
        self.metrics = metrics
    }

    /// The model's own metric on some data, after the update or before it.
    /// - Parameter data: `new` or `earlier`.
    public func value(on data: String, before isBefore: Bool = false) -> Double? {
        metrics.first { $0.key.hasPrefix("\(data)-") && $0.key.hasSuffix(".before") == isBefore }?.value
    }

    /// Decodes a task's result.
    public init(result: [UInt8]) throws {
        let wire = try Wire.UpdateResult(bytes: result)
        self.init(model: wire.model, stage: wire.stage, metrics: .init(wire.metrics))
    }

    /// The encoded result.
    public func encoded() throws -> [UInt8] {
        try Wire.UpdateResult(model: model, stage: stage, metrics: .init(metrics)).encodedBytes()
    }
}
