public import Model

/// Identifies one attempt at one task; every message from a worker about its task carries it.
public struct TaskAttempt: Hashable, Sendable {
    /// Identity of the task.
    public var task: String
    /// Number of the attempt, from 1.
    public var number: Int
    /// Name of the worker.
    public var worker: String

    /// Makes the identity of an attempt.
    public init(task: String, number: Int, worker: String) {
        self.task = task
        self.number = number
        self.worker = worker
    }
}

/// A worker's place among the workers that do one task together.
public struct GangPlace: Hashable, Sendable {
    /// Number of the worker, from 0.
    public var rank: Int
    /// Total number of workers.
    public var size: Int
    /// Random text that only the workers of this attempt know.
    public var key: String

    /// Makes a place.
    public init(rank: Int, size: Int, key: String) {
        self.rank = rank
        self.size = size
        self.key = key
    }
}

/// A task that is handed to a worker for a limited time.
public struct TaskLease: Hashable, Sendable {
    /// The attempt that the worker makes.
    public var attempt: TaskAttempt
    /// Kind of the task.
    public var kind: String
    /// What it belongs to.
    public var group: String
    /// What to do.
    public var payload: [UInt8]
    /// The checkpoint to continue from; absent to start from scratch.
    public var checkpoint: BlobDigest?
    /// How long the lease lasts without renewal.
    public var duration: Duration
    /// How often to renew it.
    public var heartbeat: Duration
    /// The worker's place among those that do the task together; nil if it does it alone.
    public var gang: GangPlace?

    /// Identity of the task.
    public var task: String { attempt.task }

    /// Makes a lease.
    public init(
        attempt: TaskAttempt, kind: String, group: String = "", payload: [UInt8] = [], checkpoint: BlobDigest? = nil,
        duration: Duration = .seconds(30), heartbeat: Duration = .seconds(2), gang: GangPlace? = nil
    ) {
        self.attempt = attempt
        self.kind = kind
        self.group = group
        self.payload = payload
        self.checkpoint = checkpoint
        self.duration = duration
        self.heartbeat = heartbeat
        self.gang = gang
    }
}

/// A worker's report on the progress of its task.
public struct TaskReport: Hashable, Sendable {
    /// The step that was finished, such as an epoch, from 1; 0 if there is none.
    public var step: Int
    /// Total number of steps; 0 if unknown.
    public var steps: Int
    /// Measurements, by name.
    public var metrics: [String: Double]
    /// A blob from which another worker can continue; absent to keep the last one.
    public var checkpoint: BlobDigest?
    /// A note for people, such as that memory was full; empty for none.
    public var notice: String

    /// Makes a report.
    public init(
        step: Int = 0, steps: Int = 0, metrics: [String: Double] = [:], checkpoint: BlobDigest? = nil,
        notice: String = ""
    ) {
        self.step = step
        self.steps = steps
        self.metrics = metrics
        self.checkpoint = checkpoint
        self.notice = notice
    }
}
