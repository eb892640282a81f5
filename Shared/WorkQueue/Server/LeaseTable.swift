import WorkQueueClient

/// Tracks leases: which worker has which task, and until when.
///
/// It only decides and performs no actions: readings of a monotonic clock come in, expired leases go out. The database
/// is the authority on who owns a task; a crash loses only the clock readings held here.
struct LeaseTable {
    private struct Entry {
        let attempt: TaskAttempt
        var heard: Duration
    }

    private let silence: Duration
    private var entries: [String: Entry] = [:]

    /// - Parameter silence: How long a worker may be silent; any message from it restarts the period.
    init(silence: Duration) {
        self.silence = silence
    }

    /// Starts a lease, or restarts its period.
    mutating func grant(_ attempt: TaskAttempt, at now: Duration) {
        if let entry = entries[attempt.task], entry.attempt.number > attempt.number { return }
        entries[attempt.task] = Entry(attempt: attempt, heard: now)
    }

    /// Records that the worker was heard from.
    /// - Returns: Whether the attempt has the lease.
    mutating func renew(_ attempt: TaskAttempt, at now: Duration) -> Bool {
        guard entries[attempt.task]?.attempt == attempt else { return false }
        entries[attempt.task]?.heard = now
        return true
    }

    /// Gives every lease a fresh period, because this side was unavailable.
    mutating func renewAll(at now: Duration) {
        for task in entries.keys { entries[task]?.heard = now }
    }

    /// Removes a lease that has ended; one of a later attempt remains.
    mutating func end(task: String, attempt: Int) {
        if let entry = entries[task], entry.attempt.number <= attempt { entries[task] = nil }
    }

    /// Attempts whose leases have expired, because their workers were not heard from in time.
    func overdue(at now: Duration) -> [TaskAttempt] {
        entries.values.filter { now - $0.heard >= silence }.map(\.attempt)
    }

    /// When the next lease expires.
    var nextDeadline: Duration? { entries.values.map(\.heard).min().map { $0 + silence } }

    /// The tasks of all workers that have one, by worker name.
    var tasksByWorker: [String: String] {
        Dictionary(entries.values.map { ($0.attempt.worker, $0.attempt.task) }) { first, _ in first }
    }

    /// All attempts that have a lease.
    var attempts: [TaskAttempt] { entries.values.map(\.attempt) }
}
