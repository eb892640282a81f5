import Model
import Schema

/// A task of kind `scoring`: measures how well a pretrained model's features fit other data, without training.
public struct ScoringTask: Hashable, Sendable {
    /// Kind of the task in the queue.
    public static let kind = "scoring"
    /// Default number of training samples to examine.
    public static let usualSamples = 300

    /// Identity of the model in the registry.
    public var model: String
    /// Identity of the prepared dataset's recipe.
    public var dataset: String
    /// Number of training samples to examine; 0 for all.
    public var samples: Int

    /// Makes a task.
    public init(model: String, dataset: String, samples: Int = usualSamples) {
        self.model = model
        self.dataset = dataset
        self.samples = samples
    }

    /// Decodes a task's payload.
    public init(payload: [UInt8]) throws {
        let wire = try Wire.ScoringTask(bytes: payload)
        self.init(model: wire.model, dataset: wire.dataset, samples: Int(wire.samples))
    }

    /// The encoded payload.
    public func payload() throws -> [UInt8] {
        try Wire.ScoringTask(model: model, dataset: dataset, samples: UInt32(clamping: samples)).encodedBytes()
    }
}

/// The result of a task of kind `scoring`.
public struct ScoringResult: Hashable, Sendable {
    /// Scores by name: `logme` and `h-score`; higher is better.
    public var scores: [String: Double]

    /// Makes a result.
    public init(scores: [String: Double]) { self.scores = scores }

    /// Decodes a task's result.
    public init(result: [UInt8]) throws { self.init(scores: .init(try Wire.ScoringResult(bytes: result).scores)) }

    /// The encoded result.
    public func encoded() throws -> [UInt8] { try Wire.ScoringResult(scores: .init(scores)).encodedBytes() }
}
