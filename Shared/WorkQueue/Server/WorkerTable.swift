import Model
import WorkQueueClient

/// The identity of a worker that asks for work: its name, and what distinguishes its process from others of that name.
struct WorkerProcess: Hashable {
    var name: String
    /// Random text; empty if the worker sends none.
    var instance = ""
    /// What the worker has to compute with.
    var offer = ComputeOffer()
}

/// Workers that the queue has heard from, and which of their pulls counts.
struct WorkerTable {
    /// Identifies one pull of a worker.
    typealias Pull = Int

    private struct Entry {
        var heard: Duration
        var hasJoined = false
        /// The pull that counts, for each process of the name that has one open.
        var latest: [String: Pull] = [:]
        /// Kinds that its latest pull asks for.
        var kinds: [String] = []
        var offer = ComputeOffer()
        /// Pulls that are still held open.
        var open = 0
    }

    private var entries: [String: Entry] = [:]
    private var pulls = 0

    /// Records that a worker was heard from.
    mutating func hear(_ worker: String, at now: Duration) {
        entries[worker, default: Entry(heard: now)].heard = now
    }

    /// Starts a pull, which from now on is the worker's only one.
    mutating func beginPull(_ worker: WorkerProcess, kinds: [String] = [], at now: Duration) -> Pull {
        pulls += 1
        var entry = entries[worker.name] ?? Entry(heard: now)
        entry.heard = now
        entry.latest[worker.instance] = pulls
        entry.kinds = kinds
        entry.offer = worker.offer
        entry.open += 1
        entries[worker.name] = entry
        return pulls
    }

    /// Whether no later pull of the worker has started.
    func isLatest(_ pull: Pull, of worker: WorkerProcess) -> Bool {
        entries[worker.name]?.latest[worker.instance] == pull
    }

    /// Records what a worker currently has to compute with.
    mutating func note(_ offer: ComputeOffer, of worker: String) { entries[worker]?.offer = offer }

    /// Workers that wait for a task of a kind, and workers that could do one, by name.
    /// - Parameter needs: What the task needs.
    func candidates(for kind: String, meeting needs: ComputeNeeds = .none) -> (waiting: [String], all: [String]) {
        let able = entries.filter { $0.value.kinds.contains(kind) && $0.value.offer.meets(needs) }
        return (able.filter { $0.value.open > 0 }.keys.sorted(), able.keys.sorted())
    }

    /// Ends a pull; only the worker's latest pull counts as a sign of life.
    mutating func endPull(_ worker: WorkerProcess, _ pull: Pull, at now: Duration) {
        entries[worker.name]?.open -= 1
        guard isLatest(pull, of: worker) else { return }
        entries[worker.name]?.heard = now
        entries[worker.name]?.latest[worker.instance] = nil
    }

    /// Records that the worker has been announced.
    /// - Returns: Whether it had not been announced before.
    mutating func markJoined(_ worker: String) -> Bool {
        guard let entry = entries[worker], !entry.hasJoined else { return false }
        entries[worker]?.hasJoined = true
        return true
    }

    /// Records that workers without a pull that were silent for too long have left.
    /// - Returns: Those that had been announced.
    mutating func removeSilent(for silence: Duration, at now: Duration) -> [String] {
        let silent = entries.filter { $0.value.open == 0 && now - $0.value.heard >= silence }
        for worker in silent.keys { entries[worker] = nil }
        return silent.filter(\.value.hasJoined).keys.sorted()
    }

    /// All workers heard from recently, by name.
    func list(at now: Duration, memory: Duration, task: (String) -> String?) -> [QueueStatistics.Worker] {
        entries.compactMap { name, entry in
            let silence = entry.open > 0 ? .zero : now - entry.heard
            guard silence <= memory else { return nil }
            return QueueStatistics.Worker(name: name, task: task(name), silence: silence, offer: entry.offer)
        }.sorted { $0.name < $1.name }
    }
}
