import GRDB
import Model
public import ServiceKit
import Storage
import WorkQueueClient

extension WorkQueue {
    /// Maximum number of tasks removed in one transaction.
    private static let batch = 1_000

    /// Makes a service remove tasks that ended long ago.
    ///
    /// If a submitter repeats a request after that time, its task is done again.
    public nonisolated func register(in context: inout ServiceContext) {
        context.measure(metrics)
        context.keep(.tasks) { try await self.removeEnded(beyond: $0, in: [.succeeded, .failed, .cancelled]) }
        context.keep(.deadTasks) { try await self.removeEnded(beyond: $0, in: [.dead]) }
    }

    /// Removes tasks in final states, starting with the one that ended first.
    /// - Returns: How many were removed.
    nonisolated func removeEnded(beyond limit: RetentionPolicy.Limit, in states: Set<TaskState>) async throws -> Int {
        var count = 0
        while true {
            let (store, start) = (store, limit.start(at: store.date())?.microseconds)
            let removed = try await database.write { db in
                try store.removeEnded(before: start, keeping: limit.count, in: states, most: Self.batch, in: db)
            }
            count += removed
            guard removed == Self.batch, !Task.isCancelled else { return count }
        }
    }
}

extension TaskStore {
    func removeEnded(
        before start: Int64?, keeping most: Int?, in states: Set<TaskState>, most batch: Int, in db: Database
    ) throws -> Int {
        let set = states.map { "\($0.rawValue)" }.sorted().joined(separator: ", ")
        let ended = try states.reduce(0) { try $0 + count($1, in: db) }
        let surplus = most.map { max(0, ended - $0) } ?? 0
        let numbers = try Int64.fetchAll(
            db,
            sql: """
                SELECT number FROM (
                    SELECT number, updated, ROW_NUMBER() OVER (ORDER BY updated, number) AS place FROM tasks
                    WHERE state IN (\(set)) AND state > 2 AND rank = 0 ORDER BY updated, number LIMIT \(batch)
                ) WHERE updated < :start OR place <= :surplus
                """, arguments: ["start": start ?? Int64.min, "surplus": surplus])
        let list = numbers.map { "\($0)" }.joined(separator: ", ")
        try db.execute(
            sql: """
                DELETE FROM tasks WHERE rank > 0 AND gang IN (SELECT gang FROM tasks WHERE number IN (\(list)));
                DELETE FROM tasks WHERE number IN (\(list));
                """)
        return numbers.count
    }
}
