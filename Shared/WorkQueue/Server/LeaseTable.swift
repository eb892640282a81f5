import WorkQueueClient

/// The clockwork of leases: who has which task, and until when.
///
/// It decides and does nothing: time comes in as the reading of a monotonic clock, expired leases go out. The database
/// stays the truth about who owns a task; what is lost here with a crash is only the reading of the clocks.
struct LeaseTable {
    /// A lease whose worker has not been heard of in time.
    struct Overdue: Hashable {
        let attempt: TaskAttempt
        let reason: Reason
    }

    /// Why a lease is over.
    enum Reason: String {
        case silence
        case leaseEnded = "lease-ended"
    }

    private struct Entry {
        let attempt: TaskAttempt
        var heard: Duration
    }

    private let lease: Duration
    private let silence: Duration
    private var entries: [String: Entry] = [:]

    init(lease: Duration, silence: Duration) {
        self.lease = lease
        self.silence = silence
    }

    /// Begins a lease, or begins its period anew.
    mutating func grant(_ attempt: TaskAttempt, at now: Duration) {
        if let entry = entries[attempt.task], entry.attempt.number > attempt.number { return }
        entries[attempt.task] = Entry(attempt: attempt, heard: now)
    }

    /// Notes that the worker was heard of.
    /// - Returns: Whether the attempt has the lease.
    mutating func renew(_ attempt: TaskAttempt, at now: Duration) -> Bool {
        guard entries[attempt.task]?.attempt == attempt else { return false }
        entries[attempt.task]?.heard = now
        return true
    }

    /// Gives every lease one fresh period, because it was this side that was away.
    mutating func renewAll(at now: Duration) {
        for task in entries.keys { entries[task]?.heard = now }
    }

    /// Forgets a lease that is over; one of a later attempt stays.
    mutating func end(task: String, attempt: Int) {
        if let entry = entries[task], entry.attempt.number <= attempt { entries[task] = nil }
    }

    /// Leases that are over.
    func overdue(at now: Duration) -> [Overdue] {
        entries.values.compactMap { entry in
            let quiet = now - entry.heard
            if quiet >= silence { return Overdue(attempt: entry.attempt, reason: .silence) }
            if quiet >= lease { return Overdue(attempt: entry.attempt, reason: .leaseEnded) }
            return nil
        }
    }

    /// When the next lease will be over.
    var nextDeadline: Duration? { entries.values.map(\.heard).min().map { $0 + min(lease, silence) } }

    /// The task that a worker has.
    func task(of worker: String) -> String? { entries.values.first { $0.attempt.worker == worker }?.attempt.task }

    /// All attempts that have a lease.
    var attempts: [TaskAttempt] { entries.values.map(\.attempt) }
}
