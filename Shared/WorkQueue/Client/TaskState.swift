/// The current state of a task in a queue.
public enum TaskState: Int, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Waiting for a worker, or for the delay before a retry to end.
    case queued = 1
    /// A worker has it.
    case leased = 2
    /// Finished with a result.
    case succeeded = 3
    /// Failed for a reason that retrying cannot fix.
    case failed = 4
    /// Canceled by its submitter.
    case cancelled = 5
    /// Crashed too often; kept until someone requeues or drops it.
    case dead = 6

    /// Whether the task is in a final state.
    public var isFinal: Bool { self != .queued && self != .leased }

    /// The state as a word.
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
    /// Continue.
    case proceed = 1
    /// Stop: the submitter canceled the task.
    case cancel = 2
    /// Stop: the task was given to another worker.
    case stale = 3
    /// Store a checkpoint and return the task: it continues with more workers.
    case regroup = 4
}
