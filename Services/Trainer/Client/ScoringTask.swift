import Model
import Schema

/// A task of kind `scoring`: measures how well the features of a pretrained model fit other data, without training.
public struct ScoringTask: Hashable, Sendable {
    /// The kind of task that the queue knows it by.
    public static let kind = "scoring"
    /// Training samples that are looked at where nothing else is said.
    public static let usualSamples = 300

    /// Identity of the model in the registry.
    public var model: String
    /// Identity of the recipe of the prepared dataset.
    public var dataset: String
    /// Training samples to look at; 0 for all.
    public var samples: Int

    /// Describes a task.
    public init(model: String, dataset: String, samples: Int = usualSamples) {
        self.model = model
        self.dataset = dataset
        self.samples = samples
    }

    /// Reads a task's payload.
    public init(payload: [UInt8]) throws {
        let wire = try Wire.ScoringTask(bytes: payload)
        self.init(model: wire.model, dataset: wire.dataset, samples: Int(wire.samples))
    }

    /// The task's payload.
    public func payload() throws -> [UInt8] {
        try Wire.ScoringTask(model: model, dataset: dataset, samples: UInt32(clamping: samples)).encodedBytes()
    }
}

/// What comes of a task of kind `scoring`.
public struct ScoringResult: Hashable, Sendable {
    /// Scores by name: `logme` and `h-score`; higher is better.
    public var scores: [String: Double]

    /// Makes a result.
    public init(scores: [String: Double]) { self.scores = scores }

    /// Reads a task's result.
    public init(result: [UInt8]) throws { self.init(scores: .init(try Wire.ScoringResult(bytes: result).scores)) }

    /// The task's result.
    public func encoded() throws -> [UInt8] { try Wire.ScoringResult(scores: .init(scores)).encodedBytes() }
}
