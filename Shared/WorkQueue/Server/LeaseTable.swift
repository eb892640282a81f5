import WorkQueueClient

/// The clockwork of leases: who has which task, and until when.
///
/// It decides and does nothing: time comes in as the reading of a monotonic clock, expired leases go out. The database
/// stays the truth about who owns a task; what is lost here with a crash is only the reading of the clocks.
struct LeaseTable {
    private struct Entry {
        let attempt: TaskAttempt
        var heard: Duration
    }

    private let silence: Duration
    private var entries: [String: Entry] = [:]

    /// - Parameter silence: How long a worker may be silent; whatever it says begins the period anew.
    init(silence: Duration) {
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

    /// Attempts whose leases are over, because their workers have not been heard of in time.
    func overdue(at now: Duration) -> [TaskAttempt] {
        entries.values.filter { now - $0.heard >= silence }.map(\.attempt)
    }

    /// When the next lease will be over.
    var nextDeadline: Duration? { entries.values.map(\.heard).min().map { $0 + silence } }

    /// The tasks of all workers that have one, by their names.
    var tasksByWorker: [String: String] {
        Dictionary(entries.values.map { ($0.attempt.worker, $0.attempt.task) }) { first, _ in first }
    }

    /// All attempts that have a lease.
    var attempts: [TaskAttempt] { entries.values.map(\.attempt) }
}
