import WorkQueueClient

/// Workers that the queue has heard of, and which of their pulls counts.
struct WorkerTable {
    /// Names one pull of a worker.
    typealias Pull = Int

    private struct Entry {
        var heard: Duration
        var hasJoined = false
        var latest: Pull = 0
        /// Kinds that its latest pull asks for.
        var kinds: [String] = []
        /// Pulls that are still held open.
        var open = 0
    }

    private var entries: [String: Entry] = [:]
    private var pulls = 0

    /// Notes that a worker was heard of.
    mutating func hear(_ worker: String, at now: Duration) {
        entries[worker, default: Entry(heard: now)].heard = now
    }

    /// Begins a pull, which is from now on the worker's only one.
    mutating func beginPull(_ worker: String, kinds: [String] = [], at now: Duration) -> Pull {
        pulls += 1
        var entry = entries[worker] ?? Entry(heard: now)
        entry.heard = now
        entry.latest = pulls
        entry.kinds = kinds
        entry.open += 1
        entries[worker] = entry
        return pulls
    }

    /// Whether no later pull of the worker has begun.
    func isLatest(_ pull: Pull, of worker: String) -> Bool { entries[worker]?.latest == pull }

    /// Workers that wait for a task of a kind, and workers that could do one, by name.
    func candidates(for kind: String) -> (waiting: [String], all: [String]) {
        let able = entries.filter { $0.value.kinds.contains(kind) }
        return (able.filter { $0.value.open > 0 }.keys.sorted(), able.keys.sorted())
    }

    /// Ends a pull.
    mutating func endPull(_ worker: String, _ pull: Pull, at now: Duration) {
        entries[worker]?.open -= 1
        if isLatest(pull, of: worker) { entries[worker]?.heard = now }
    }

    /// Notes that the worker has been announced.
    /// - Returns: Whether it had not been.
    mutating func markJoined(_ worker: String) -> Bool {
        guard let entry = entries[worker], !entry.hasJoined else { return false }
        entries[worker]?.hasJoined = true
        return true
    }

    /// Notes that workers without a pull that were silent for too long have left.
    /// - Returns: Those that had been announced.
    mutating func removeSilent(for silence: Duration, at now: Duration) -> [String] {
        let silent = entries.filter { $0.value.open == 0 && now - $0.value.heard >= silence }
        for worker in silent.keys { entries[worker] = nil }
        return silent.filter(\.value.hasJoined).keys.sorted()
    }

    /// All workers heard of lately, by name.
    func list(at now: Duration, memory: Duration, task: (String) -> String?) -> [QueueStatistics.Worker] {
        entries.compactMap { name, entry in
            let silence = entry.open > 0 ? .zero : now - entry.heard
            guard silence <= memory else { return nil }
            return QueueStatistics.Worker(name: name, task: task(name), silence: silence)
        }.sorted { $0.name < $1.name }
    }
}
