extension Scenario {
    /// A cost of a network to its user. It can be limited, and minimized in addition to the objective.
    public enum Cost: String, CaseIterable, Hashable, Sendable, Codable {
        /// Trainable parameters.
        case parameters
        /// Multiply-accumulate operations per sample.
        case operations
        /// Time per sample, as measured by an evaluator's worker.
        case latency

        /// Name of the trial metric that holds the cost.
        public var metric: String { self == .latency ? "latency-milliseconds" : rawValue }
    }

    /// What a network must not exceed.
    ///
    /// Costs that follow from the structure are known in advance, and a network over such a limit is never trained. The
    /// latency is measured after the first training; a network over its limit ranks below all others and is never the
    /// result.
    public struct Limits: Hashable, Sendable {
        /// Trainable parameters.
        public var parameters: Int?
        /// Multiply-accumulate operations for one sample.
        public var operations: Int?
        /// Milliseconds per sample.
        public var latency: Double?

        /// Allowed values of the limit on parameters.
        public static let parametersRange = 1...1_000_000_000_000
        /// Allowed values of the limit on operations.
        public static let operationsRange = 1...1_000_000_000_000_000
        /// Allowed values of the limit on latency, in milliseconds.
        public static let latencyRange = 0.001...3_600_000

        /// Makes limits; nil means no limit.
        public init(parameters: Int? = nil, operations: Int? = nil, latency: Double? = nil) {
            self.parameters = parameters
            self.operations = operations
            self.latency = latency
        }
    }

    /// Early stopping by asynchronous successive halving: each trial is trained for a few epochs and paused. The best
    /// ones continue from where they stopped, with more and more epochs, up to those of the scenario's `training`.
    public struct Halving: Hashable, Sendable {
        /// Epochs after which a trial is first paused.
        public var first: Int
        /// One in this many trials continues, for this many times as many epochs.
        public var factor: Int

        /// Allowed factors.
        public static let factorRange = 2...16

        /// Makes a plan.
        public init(first: Int = 1, factor: Int = 3) {
            self.first = first
            self.factor = factor
        }

        /// Total epochs after which trials are compared; the last entry is a full training.
        public func epochs(of training: Training) -> [Int] {
            let rungs = sequence(first: first) { $0 * factor }
            return rungs.prefix { $0 < training.epochs } + [training.epochs]
        }
    }
}
