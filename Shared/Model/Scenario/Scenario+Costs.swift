extension Scenario {
    /// What a network costs its user: it can be limited, and made as small as possible beside the objective.
    public enum Cost: String, CaseIterable, Hashable, Sendable, Codable {
        /// Trainable parameters.
        case parameters
        /// Multiply-accumulate operations for one sample.
        case operations
        /// Time for one sample, as an evaluator's worker measures it.
        case latency

        /// Name of the metric of a trial that tells it.
        public var metric: String { self == .latency ? "latency-milliseconds" : rawValue }
    }

    /// What a network must not exceed.
    ///
    /// What follows from its structure is known beforehand, and a network beyond it is never trained. The latency is measured
    /// after the first training; a network beyond it counts as worse than any other and is never the result.
    public struct Limits: Hashable, Sendable {
        /// Trainable parameters.
        public var parameters: Int?
        /// Multiply-accumulate operations for one sample.
        public var operations: Int?
        /// Milliseconds for one sample.
        public var latency: Double?

        /// Parameters that a limit can be.
        public static let parametersRange = 1...1_000_000_000_000
        /// Operations that a limit can be.
        public static let operationsRange = 1...1_000_000_000_000_000
        /// Milliseconds that a limit of the latency can be.
        public static let latencyRange = 0.001...3_600_000

        /// Makes limits; nil means none.
        public init(parameters: Int? = nil, operations: Int? = nil, latency: Double? = nil) {
            self.parameters = parameters
            self.operations = operations
            self.latency = latency
        }
    }

    /// Early stopping by asynchronous successive halving: each trial is trained for a few epochs and paused; the best ones
    /// go on from where they were, with more and more epochs, up to those of the scenario's `training`.
    public struct Halving: Hashable, Sendable {
        /// Epochs after which a trial is paused first.
        public var first: Int
        /// One trial in this many continues, for this many times as many epochs.
        public var factor: Int

        /// Factors that can be asked for.
        public static let factorRange = 2...16

        /// Makes a plan.
        public init(first: Int = 1, factor: Int = 3) {
            self.first = first
            self.factor = factor
        }

        /// Epochs in all after which trials are compared; the last ones are those of a whole training.
        public func epochs(of training: Training) -> [Int] {
            let rungs = sequence(first: first) { $0 * factor }
            return rungs.prefix { $0 < training.epochs } + [training.epochs]
        }
    }
}
