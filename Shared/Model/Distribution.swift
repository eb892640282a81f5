/// How several workers train one network together.
public struct Distribution: Hashable, Sendable, Codable {
    /// What is distributed.
    public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
        /// Every worker has the whole network and a share of each mini-batch.
        case dataParallel = "data-parallel"
        /// Every worker has some layers of the network, through which parts of each mini-batch go one after the other.
        case pipeline
    }

    /// How the workers keep their replicas of the network together.
    public enum Synchronisation: String, CaseIterable, Hashable, Sendable, Codable {
        /// Every step takes the mean gradient of all; equals one worker with the same mini-batch.
        case allReduce = "all-reduce"
        /// The same, with shares of the mini-batch that follow the workers' measured speeds.
        case dynamicBatch = "dynamic-batch"
        /// Every worker trains by itself, and now and then all take the mean of their weights.
        case localSGD = "local-sgd"
        /// The same one meeting late, so that workers go on while their changes are added up.
        case overlap
        /// Every worker is drawn to a common center, and draws it along (elastic averaging).
        case easgd
        /// Workers are a swarm that is drawn to the best weights that it and each of them has seen.
        case pso
        /// A server holds the weights; workers read them and push what they found.
        case parameterServer = "parameter-server"
    }

    /// How a parameter server takes what workers push.
    ///
    /// In a scenario: `updates: synchronous`, `updates: staleness 4` or `updates: delay-compensated`.
    public enum Updates: Hashable, Sendable, Codable {
        /// Every step takes the mean gradient of all; equals one worker with the same mini-batch.
        case synchronous
        /// Each as it comes; a worker that is more than so many mini-batches ahead of the slowest waits.
        case staleness(Int)
        /// Each as it comes, corrected for what others changed meanwhile; nobody waits.
        case delayCompensated

        /// How far ahead a worker may be.
        public static let stalenessRange = 0...1_000

        /// Reads the form that a scenario has it in; nil where it is none.
        public init?(_ text: String) {
            let words = text.split(separator: " ")
            switch (words.first, words.dropFirst().first.flatMap { Int($0) }, words.count) {
            case ("synchronous", _, 1): self = .synchronous
            case ("delay-compensated", _, 1): self = .delayCompensated
            case ("staleness", let bound?, 2) where Self.stalenessRange.contains(bound): self = .staleness(bound)
            default: return nil
            }
        }

        /// The form that a scenario has it in.
        public var text: String {
            switch self {
            case .synchronous: "synchronous"
            case .staleness(let bound): "staleness \(bound)"
            case .delayCompensated: "delay-compensated"
            }
        }
    }

    /// How what workers push to a parameter server is made smaller.
    public enum Compression: String, CaseIterable, Hashable, Sendable, Codable {
        /// Not at all: numbers of 32 bits.
        case none
        /// Numbers of 16 bits; what rounding takes from a number is added to the next one in its place (error feedback).
        case half
    }

    /// How many workers there may be.
    public static let workersRange = 2...64
    /// How many mini-batches there may be between two synchronization rounds.
    public static let intervalRange = 1...10_000
    /// How many micro-batches a mini-batch may be split into.
    public static let microBatchesRange = 1...256
    /// Micro-batches where nothing else is said.
    public static let usualMicroBatches = 4

    /// Most workers.
    public var workers: Int
    /// Least workers with which a training begins. It takes those that are free, goes on with fewer where one dies, and with
    /// more from the end of an epoch on.
    public var leastWorkers: Int
    /// What is distributed.
    public var kind: Kind
    /// How the workers keep together.
    public var synchronisation: Synchronisation
    /// Mini-batches between two synchronization rounds of workers that train by themselves, or between two measurements of their speed.
    public var interval: Int
    /// Micro-batches of a mini-batch, of a pipeline.
    public var microBatches: Int
    /// How a parameter server takes what workers push; counts with that synchronization alone.
    public var updates: Updates
    /// How what workers push to a parameter server is made smaller; counts with that synchronization alone.
    public var compression: Compression

    /// Whether a worker may leave and be replaced while the others go on.
    public var isElastic: Bool { synchronisation == .parameterServer && updates != .synchronous }

    /// Chooses how workers train together.
    public init(
        workers: Int, leastWorkers: Int? = nil, kind: Kind = .dataParallel,
        synchronisation: Synchronisation = .allReduce, interval: Int = 8, microBatches: Int = usualMicroBatches,
        updates: Updates = .synchronous, compression: Compression = .none
    ) {
        self.workers = workers
        self.leastWorkers = leastWorkers ?? workers
        self.kind = kind
        self.synchronisation = synchronisation
        self.interval = interval
        self.microBatches = microBatches
        self.updates = updates
        self.compression = compression
    }
}
