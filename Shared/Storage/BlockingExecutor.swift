import Dispatch

/// Runs an actor on a dedicated queue, so that it may block on a disk without delaying other work.
public final class BlockingExecutor: SerialExecutor {
    private static let key = DispatchSpecificKey<Bool>()

    private let queue: DispatchQueue

    /// Makes the executor of one actor.
    public init(label: String) {
        queue = DispatchQueue(label: label)
        queue.setSpecific(key: Self.key, value: true)
    }

    /// Runs a part of the actor's work.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Ends a debug build that is about to block a thread that others need: one that runs a task, but not on such a
    /// queue.
    static func assertMayBlock() {
        assert(
            DispatchQueue.getSpecific(key: key) == true || withUnsafeCurrentTask { $0 == nil },
            "A task may block its thread only in an actor on a BlockingExecutor; await the asynchronous method instead."
        )
    }
}
