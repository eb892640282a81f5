import GRDB
import Model
import Storage
public import WorkQueueClient

extension WorkQueue {
    /// One task with all its contents; waits for its end, up to a given time.
    /// - Throws: `Failure` with code `not-found` if there is no task with this identity.
    public nonisolated func task(_ id: String, waiting: Duration = .zero) async throws -> QueuedTask {
        let deadline = now() + min(waiting, settings.longestWait)
        let store = store
        while true {
            let ticket = ended.ticket(for: [id])
            defer { ticket.discard() }
            guard let task = try await database.read({ db in try store.find(id, in: db) }) else {
                throw Failure(.notFound, "There is no task '\(id)' in this queue.")
            }
            let remaining = deadline - now()
            if task.state.isFinal || remaining <= .zero { return task }
            await ticket.wait(for: remaining)
            try Task.checkCancellation()
        }
    }

    /// Tasks in order of submission, without payloads, results and log tails.
    /// - Parameters:
    ///   - group: Only tasks of this group; all if empty.
    ///   - states: Only tasks in these states; all if empty.
    ///   - limit: Maximum number of tasks to return; at most 1,000, which 0 also means.
    ///   - after: Only tasks submitted after this one.
    public nonisolated func list(
        group: String = "", states: Set<TaskState> = [], limit: Int = 0, after: String = ""
    ) async throws -> [QueuedTask] {
        let (store, limit) = (store, limit > 0 ? min(limit, 1_000) : 1_000)
        return try await database.read { db in
            try store.list(group: group, states: states, limit: limit, after: after, in: db)
        }
    }

    /// How full the queue is, and its workers.
    public func statistics() async throws -> QueueStatistics {
        let store = store
        let (counts, demand) = try await database.read { db in (try store.counts(in: db), try store.demand(in: db)) }
        return QueueStatistics(tasks: counts, workers: currentWorkers(), demand: demand)
    }
}
