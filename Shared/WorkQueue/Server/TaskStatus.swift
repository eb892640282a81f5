import Model
import WorkQueueClient

/// What determines the fate of a task: its state and its counters, without its contents.
///
/// Its methods contain only the rules of the queue, so they can be tested without a database.
struct TaskStatus: Hashable {
    var state: TaskState
    /// Worker of the latest attempt.
    var worker: String
    /// Number of the latest attempt.
    var attempt: Int
    /// Number of attempts that crashed.
    var crashes: Int
    var maximumAttempts: Int
    /// The latest attempt whose failure or release was accepted, so that a repeated message gets the same answer.
    var settled: Int

    /// The attempt after which a task is dead, however far each attempt came.
    static let largestAttempt = 1_000

    /// How to treat a worker's message.
    enum Verdict: Hashable {
        /// It comes from the attempt that has the lease.
        case accept
        /// It was accepted before: the answer is the same, and nothing changes.
        case again
        /// It has no effect.
        case refuse(TaskDirective)
    }

    /// What happens to a task whose attempt did not succeed.
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

    /// The verdict on a heartbeat.
    func onMessage(_ message: TaskAttempt) -> Verdict {
        guard isLatest(message) else { return .refuse(.stale) }
        return switch state {
        case .leased: .accept
        case .cancelled: .refuse(.cancel)
        default: .refuse(.stale)
        }
    }

    private func isLatest(_ message: TaskAttempt) -> Bool { message.number == attempt && message.worker == worker }

    /// What happens to the task when its attempt fails.
    func fate(after failure: Failure) -> Fate {
        guard failure.isRetriable else { return .failed }
        let crashes = crashes + 1
        let isLast = crashes >= maximumAttempts || attempt >= Self.largestAttempt
        return isLast ? .dead(crashes: crashes) : .retry(crashes: crashes)
    }
}
