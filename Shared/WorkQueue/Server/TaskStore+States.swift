import WorkQueueClient

// States as statements compare and set them. They stand there as literals, because an index over the tasks of one state is of
// no use to a statement that is told the state later.
extension TaskStore {
    /// A task that waits for a worker.
    static let queued = "state = \(TaskState.queued.rawValue)"
    /// A task that a worker has.
    static let leased = "state = \(TaskState.leased.rawValue)"
    /// A task that is done.
    static let succeeded = "state = \(TaskState.succeeded.rawValue)"
}
