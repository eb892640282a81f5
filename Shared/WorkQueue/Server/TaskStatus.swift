import Model
import WorkQueueClient

/// What decides about a task: its state and its counters, without its contents.
///
/// Its methods are the rules of the queue and nothing else, so they are tested without a database.
struct TaskStatus: Hashable {
    var state: TaskState
    /// Worker of the latest attempt.
    var worker: String
    /// Number of the latest attempt.
    var attempt: Int
    /// Attempts that crashed.
    var crashes: Int
    var maximumAttempts: Int
    /// The latest attempt whose failure or release was accepted, so that a repeated message gets the same answer.
    var settled: Int

    /// The attempt after which a task is dead, however far each came.
    static let largestAttempt = 1_000

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
    func onComplete(_ message: TaskAttempt) -> Verdict {
        if state == .succeeded && isLatest(message) { return .again }
        return onMessage(message)
    }

    /// The verdict on a failure or a release.
    func onSettle(_ message: TaskAttempt) -> Verdict {
        if message.number == settled && isLatest(message) { return .again }
        return onMessage(message)
    }

    /// The verdict on a sign of life.
    func onMessage(_ message: TaskAttempt) -> Verdict {
        guard isLatest(message) else { return .refuse(.stale) }
        return switch state {
        case .leased: .accept
        case .cancelled: .refuse(.cancel)
        default: .refuse(.stale)
        }
    }

    private func isLatest(_ message: TaskAttempt) -> Bool { message.number == attempt && message.worker == worker }

    /// What becomes of the task when its attempt fails.
    func fate(after failure: Failure) -> Fate {
        guard failure.isRetriable else { return .failed }
        let crashes = crashes + 1
        let isLast = crashes >= maximumAttempts || attempt >= Self.largestAttempt
        return isLast ? .dead(crashes: crashes) : .retry(crashes: crashes)
    }
}
