import Model
import WorkQueueClient

/// What decides about a task: its state and its counters, without its contents.
///
/// Its methods are the rules of the queue and nothing else, so they are tested without a database.
struct TaskStatus: Hashable {
    var state: TaskState
    /// Number of the latest attempt.
    var attempt: Int
    /// Attempts that crashed.
    var crashes: Int
    var maximumAttempts: Int
    /// The latest attempt whose failure or release was accepted, so that a repeated message gets the same answer.
    var settled: Int

    /// What to do with a worker's message.
    enum Verdict: Hashable {
        /// It speaks for the attempt that has the lease.
        case accept
        /// It was accepted before; the answer is the same and nothing changes.
        case again
        /// It has no effect.
        case refuse(TaskDirective)
    }

    /// What becomes of a task whose attempt did not succeed.
    enum Fate: Hashable {
        case retry(crashes: Int)
        case dead(crashes: Int)
        case failed
    }

    /// The verdict on a result.
    func onComplete(_ number: Int) -> Verdict {
        if state == .succeeded && number == attempt { return .again }
        return onMessage(number)
    }

    /// The verdict on a failure or a release.
    func onSettle(_ number: Int) -> Verdict {
        if number == settled { return .again }
        return onMessage(number)
    }

    /// The verdict on a sign of life.
    func onMessage(_ number: Int) -> Verdict {
        if state == .leased && number == attempt { return .accept }
        if state == .cancelled && number == attempt { return .refuse(.cancel) }
        return .refuse(.stale)
    }

    /// What becomes of the task when its attempt fails.
    func fate(after failure: Failure) -> Fate {
        guard failure.isRetriable else { return .failed }
        let crashes = crashes + 1
        return crashes >= maximumAttempts ? .dead(crashes: crashes) : .retry(crashes: crashes)
    }
}
