/// How several workers train one network together.
public struct Distribution: Hashable, Sendable, Codable {
    /// What is distributed.
    public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
        /// Every worker has the whole network and a share of each mini-batch.
        case dataParallel = "data-parallel"
        /// Every worker has some layers of the network; parts of each mini-batch pass through them one after another.
        case pipeline
    }

    /// How the workers synchronize their replicas of the network.
    public enum Synchronization: String, CaseIterable, Hashable, Sendable, Codable {
        /// Every step uses the mean gradient of all workers; equivalent to one worker with the same mini-batch.
        case allReduce = "all-reduce"
        /// The same, with shares of the mini-batch in proportion to the workers' measured speeds.
        case dynamicBatch = "dynamic-batch"
        /// Every worker trains independently, and all average their weights periodically.
        case localSGD = "local-sgd"
        /// The same, one round late, so that workers continue while their changes are summed.
        case overlap
        /// Every worker is pulled toward a common center, and pulls the center along (elastic averaging).
        case easgd
        /// Workers are a particle swarm: each is pulled toward the best weights that it and the whole swarm have seen.
        case pso
        /// A server holds the weights; workers read them and push their gradients.
        case parameterServer = "parameter-server"
    }

    /// How a parameter server applies what workers push.
    ///
    /// In a scenario: `updates: synchronous`, `updates: staleness 4` or `updates: delay-compensated`.
    public enum Updates: Hashable, Sendable, Codable {
        /// Every step uses the mean gradient of all workers; equivalent to one worker with the same mini-batch.
        case synchronous
        /// Each as it arrives; a worker that is more than this many mini-batches ahead of the slowest waits.
        case staleness(Int)
        /// Each as it arrives, corrected for the changes that others made in the meantime; no worker waits.
        case delayCompensated

        /// Allowed values of how far ahead a worker may be, in mini-batches.
        public static let stalenessRange = 0...1_000

        /// Parses the form used in scenarios; nil if the text is not valid.
        public init?(_ text: String) {
            let words = text.split(separator: " ")
            switch (words.first, words.dropFirst().first.flatMap { Int($0) }, words.count) {
            case ("synchronous", _, 1): self = .synchronous
            case ("delay-compensated", _, 1): self = .delayCompensated
            case ("staleness", let bound?, 2) where Self.stalenessRange.contains(bound): self = .staleness(bound)
            default: return nil
            }
        }

        /// The form used in scenarios.
        public var text: String {
            switch self {
            case .synchronous: "synchronous"
            case .staleness(let bound): "staleness \(bound)"
            case .delayCompensated: "delay-compensated"
            }
        }
    }

    /// How workers compress what they push to a parameter server.
    public enum Compression: String, CaseIterable, Hashable, Sendable, Codable {
        /// No compression: 32-bit numbers.
        case none
        /// 16-bit numbers; the rounding error of a number is added to the next one in its place (error feedback).
        case half
    }

    /// Allowed numbers of workers.
    public static let workersRange = 2...64
    /// Allowed numbers of mini-batches between synchronization rounds.
    public static let intervalRange = 1...10_000
    /// Allowed numbers of micro-batches per mini-batch.
    public static let microBatchesRange = 1...256
    /// Default number of micro-batches.
    public static let usualMicroBatches = 4

    /// Maximum number of workers.
    public var workers: Int
    /// Minimum number of workers with which a training starts. It takes the workers that are free, continues with fewer
    /// if one dies, and takes on more at the end of an epoch.
    public var minWorkers: Int
    /// What is distributed.
    public var kind: Kind
    /// How the workers synchronize.
    public var synchronization: Synchronization
    /// Mini-batches between synchronization rounds of workers that train by themselves, or between measurements of
    /// their speed.
    public var interval: Int
    /// Pipeline: number of micro-batches per mini-batch.
    public var microBatches: Int
    /// How a parameter server applies what workers push; used only with that synchronization.
    public var updates: Updates
    /// How workers compress what they push to a parameter server; used only with that synchronization.
    public var compression: Compression

    /// Whether a worker may leave and be replaced while the others continue.
    public var isElastic: Bool { synchronization == .parameterServer && updates != .synchronous }

    /// Describes how workers train together.
    public init(
        workers: Int, minWorkers: Int? = nil, kind: Kind = .dataParallel,
        synchronization: Synchronization = .allReduce, interval: Int = 8, microBatches: Int = usualMicroBatches,
        updates: Updates = .synchronous, compression: Compression = .none
    ) {
        self.workers = workers
        self.minWorkers = minWorkers ?? workers
        self.kind = kind
        self.synchronization = synchronization
        self.interval = interval
        self.microBatches = microBatches
        self.updates = updates
        self.compression = compression
    }
}
