public import Model
public import Networks
import Schema

/// A task of kind `evaluate`: scores a trained network on a prepared dataset.
public struct EvaluationTask: Hashable, Sendable {
    /// Kind of the task in the queue.
    public static let kind = "evaluate"

    /// The split to score on.
    public enum Split: String, Hashable, Sendable, CaseIterable {
        /// Validation: the split that the search uses.
        case validation
        /// Test: the split that nothing has used.
        case test
    }

    /// Digest of the safetensors file with the network's weights. A TorchScript file would be a program of unknown origin.
    public var weights: BlobDigest
    /// The network's description.
    public var network: NetworkDescription
    /// Identity of the prepared dataset's recipe.
    public var dataset: String
    /// The split to score on; nil to measure only the latency.
    public var split: Split?
    /// Number of single-sample runs whose median is the latency.
    public var latencyRuns: Int
    /// Identities of feature sets that replace the dataset's samples; empty for the samples themselves.
    public var features: [String]
    /// Whether to store the answers for the samples as a file in the registry.
    public var keepsAnswers: Bool
    /// For several labels: the probability above which a label counts as given, chosen on validation samples; nil for
    /// one half.
    public var threshold: Double?

    /// Makes a task.
    public init(
        weights: BlobDigest, network: NetworkDescription, dataset: String, split: Split? = .test, latencyRuns: Int = 50,
        features: [String] = [], keepsAnswers: Bool = false, threshold: Double? = nil
    ) {
        self.weights = weights
        self.network = network
        self.dataset = dataset
        self.split = split
        self.latencyRuns = latencyRuns
        self.features = features
        self.keepsAnswers = keepsAnswers
        self.threshold = threshold
    }

    /// Decodes a task's payload.
    public init(payload: [UInt8]) throws {
        let wire = try Wire.EvaluateTask(bytes: payload)
        let split = Split(rawValue: wire.split)
        guard split != nil || wire.split.isEmpty else {
            throw Failure(.invalidArgument, "'\(wire.split)' is not a split to score on; use 'validation' or 'test'.")
        }
        guard !wire.weights.isEmpty else {
            throw Failure(
                .invalidArgument,
                "The task names no weights, because an earlier version of Gyrus submitted it; its search submits another."
            )
        }
        self.init(
            weights: try BlobDigest(wire.weights), network: try NetworkDescription(json: wire.network),
            dataset: wire.dataset, split: split,
            latencyRuns: wire.latencyRuns == 0 ? 50 : Int(wire.latencyRuns), features: wire.features,
            keepsAnswers: wire.keepAnswers,
            threshold: wire.threshold == 0 ? nil : wire.threshold)
    }

    /// The encoded payload.
    public func payload() throws -> [UInt8] {
        try Wire.EvaluateTask(
            network: try network.canonicalJSON, dataset: dataset,
            split: split?.rawValue ?? "",
            latencyRuns: UInt32(clamping: latencyRuns), features: features, threshold: threshold ?? 0,
            keepAnswers: keepsAnswers, weights: weights.hexadecimal
        ).encodedBytes()
    }
}

/// The result of a task of kind `evaluate`.
public struct EvaluationResult: Hashable, Sendable {
    /// Metrics of the split by name, such as `macro-f1`, and their standard errors, such as `macro-f1-error`; empty if
    /// no split was scored.
    public var metrics: [String: Double]
    /// Number of samples scored.
    public var samples: Int
    /// Number of samples for each truth (row) and answer (column); empty if samples have no classes.
    public var confusion: [[Int]]
    /// Number of trainable parameters.
    public var parameters: Int
    /// Multiply-accumulate operations for one sample.
    public var operations: Int
    /// Median latency of a single-sample run in milliseconds.
    public var latencyMilliseconds: Double
    /// The file of the answers; nil if none is stored.
    public var answers: BlobDigest?

    /// Makes a result.
    public init(
        metrics: [String: Double], samples: Int, confusion: [[Int]], parameters: Int, operations: Int,
        latencyMilliseconds: Double, answers: BlobDigest? = nil
    ) {
        self.metrics = metrics
        self.samples = samples
        self.confusion = confusion
        self.parameters = parameters
        self.operations = operations
        self.latencyMilliseconds = latencyMilliseconds
        self.answers = answers
    }

    /// Decodes a task's result.
    public init(result: [UInt8]) throws {
        let wire = try Wire.EvaluateResult(bytes: result)
        let classes = Int(wire.classes)
        guard wire.confusion.count == classes * classes else {
            throw Failure(
                .corrupt,
                "The confusion matrix of \(classes) classes has \(wire.confusion.count) numbers.")
        }
        let rows = (0..<classes).map { row in wire.confusion[row * classes..<(row + 1) * classes].map { Int($0) } }
        self.init(
            metrics: .init(wire.metrics), samples: Int(wire.samples), confusion: rows, parameters: Int(wire.parameters),
            operations: Int(wire.operations), latencyMilliseconds: wire.latencyMilliseconds,
            answers: try wire.answers.isEmpty ? nil : BlobDigest(wire.answers))
    }

    /// The encoded result.
    public func encoded() throws -> [UInt8] {
        try Wire.EvaluateResult(
            samples: UInt32(clamping: samples), classes: UInt32(clamping: confusion.count),
            confusion: confusion.flatMap { $0.map { UInt32(clamping: $0) } }, parameters: UInt64(clamping: parameters),
            operations: UInt64(clamping: operations), latencyMilliseconds: latencyMilliseconds,
            metrics: .init(metrics), answers: answers?.hexadecimal ?? ""
        ).encodedBytes()
    }
}
