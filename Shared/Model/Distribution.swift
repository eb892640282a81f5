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
        /// Every worker is drawn to a common centre, and draws it along (elastic averaging).
        case easgd
        /// Workers are a swarm that is drawn to the best weights that it and each of them has seen.
        case pso
    }

    /// How many workers there may be.
    public static let workersRange = 2...64
    /// How many mini-batches there may be between two meetings.
    public static let intervalRange = 1...10_000
    /// How many micro-batches a mini-batch may be split into.
    public static let microBatchesRange = 1...256
    /// Micro-batches where nothing else is said.
    public static let usualMicroBatches = 4

    /// Workers.
    public var workers: Int
    /// What is distributed.
    public var kind: Kind
    /// How the workers keep together.
    public var synchronisation: Synchronisation
    /// Mini-batches between two meetings of workers that train by themselves, or between two measurements of their speed.
    public var interval: Int
    /// Micro-batches of a mini-batch, of a pipeline.
    public var microBatches: Int

    /// Chooses how workers train together.
    public init(
        workers: Int, kind: Kind = .dataParallel, synchronisation: Synchronisation = .allReduce, interval: Int = 8,
        microBatches: Int = usualMicroBatches
    ) {
        self.workers = workers
        self.kind = kind
        self.synchronisation = synchronisation
        self.interval = interval
        self.microBatches = microBatches
    }
}
