/// What a task of a queue is at the moment.
public enum TaskState: Int, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Waiting for a worker, or for the end of a retry's delay.
    case queued = 1
    /// A worker has it.
    case leased = 2
    /// Finished with a result.
    case succeeded = 3
    /// Failed for a reason that trying again cannot mend.
    case failed = 4
    /// Cancelled by its submitter.
    case cancelled = 5
    /// Crashed too often; kept until someone requeues or drops it.
    case dead = 6

    /// Whether nothing more happens to the task on its own.
    public var isFinal: Bool { self != .queued && self != .leased }

    /// The state in a word.
    public var description: String {
        switch self {
        case .queued: "queued"
        case .leased: "leased"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .dead: "dead"
        }
    }
}

/// What a worker should do with the task that it has.
public enum TaskDirective: Int, Hashable, Sendable {
    /// Go on.
    case proceed = 1
    /// Stop: the submitter withdrew the task.
    case cancel = 2
    /// Stop: the task was given to another worker.
    case stale = 3
    /// Store a checkpoint and give the task back: it goes on with more workers.
    case regroup = 4
}
