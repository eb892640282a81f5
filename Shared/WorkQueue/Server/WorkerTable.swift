import Model
import WorkQueueClient

/// A worker as it asks for work: its name, and what tells its process from others of that name.
struct WorkerProcess: Hashable {
    var name: String
    /// Random text; empty for one that does not say.
    var instance = ""
    /// What it has to compute with.
    var offer = ComputeOffer()
}

/// Workers that the queue has heard of, and which of their pulls counts.
struct WorkerTable {
    /// Names one pull of a worker.
    typealias Pull = Int

    private struct Entry {
        var heard: Duration
        var hasJoined = false
        /// The pull that counts, of each process of the name that has one open.
        var latest: [String: Pull] = [:]
        /// Kinds that its latest pull asks for.
        var kinds: [String] = []
        var offer = ComputeOffer()
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

    /// Whether no later pull of the worker has begun.
    func isLatest(_ pull: Pull, of worker: WorkerProcess) -> Bool {
        entries[worker.name]?.latest[worker.instance] == pull
    }

    /// Notes what a worker has at the moment.
    mutating func note(_ offer: ComputeOffer, of worker: String) { entries[worker]?.offer = offer }

    /// Workers that wait for a task of a kind, and workers that could do one, by name.
    /// - Parameter needs: What they must have.
    func candidates(for kind: String, meeting needs: ComputeNeeds = .none) -> (waiting: [String], all: [String]) {
        let able = entries.filter { $0.value.kinds.contains(kind) && $0.value.offer.meets(needs) }
        return (able.filter { $0.value.open > 0 }.keys.sorted(), able.keys.sorted())
    }

    /// Ends a pull.
    mutating func endPull(_ worker: WorkerProcess, _ pull: Pull, at now: Duration) {
        entries[worker.name]?.open -= 1
        guard isLatest(pull, of: worker) else { return }
        entries[worker.name]?.heard = now
        entries[worker.name]?.latest[worker.instance] = nil
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
            return QueueStatistics.Worker(name: name, task: task(name), silence: silence, offer: entry.offer)
        }.sorted { $0.name < $1.name }
    }
}
