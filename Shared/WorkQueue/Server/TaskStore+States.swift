import WorkQueueClient

// States as used in SQL statements. They are literals, because SQLite cannot use an index over the tasks of one state
// for a statement that gets the state as an argument.
extension TaskStore {
    /// A task that waits for a worker.
    static let queued = "state = \(TaskState.queued.rawValue)"
    /// A task that a worker has.
    static let leased = "state = \(TaskState.leased.rawValue)"
    /// A task that is done.
    static let succeeded = "state = \(TaskState.succeeded.rawValue)"
}
