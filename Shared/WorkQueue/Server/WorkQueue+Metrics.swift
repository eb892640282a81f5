import Foundation
import GRDB
import Model
import ServiceClient
public import ServiceKit
import Storage
import WorkQueueClient

extension WorkQueue {
    /// The queue's metrics.
    public nonisolated var metrics: MetricSource { { try await self.samples() } }

    private func samples() async throws -> [MetricSample] {
        let (store, now) = (store, store.date())
        let (counts, demand, kinds) = try await database.read { db in
            (try store.counts(in: db), try store.demand(in: db), try store.pressure(at: now, in: db))
        }
        let workers = currentWorkers()
        var samples = TaskState.allCases.map { state in
            MetricSample(.tasks, [("state", state.description)], Double(counts[state] ?? 0))
        }
        for kind in kinds {
            let label = [("kind", kind.name)]
            samples.append(MetricSample(.waiting, label, Double(kind.waiting)))
            samples.append(MetricSample(.oldest, label, kind.age))
            samples.append(MetricSample(.leases, label, Double(kind.leased)))
        }
        let busy = workers.count { $0.task != nil }
        samples.append(MetricSample(.workers, [("state", "busy")], Double(busy)))
        samples.append(MetricSample(.workers, [("state", "idle")], Double(workers.count - busy)))
        samples.append(MetricSample(.usableWorkers, Double(demand.usable)))
        samples.append(MetricSample(.capacity, Double(settings.capacity)))
        samples.append(MetricSample(.samples, speeds.values.reduce(0, +)))
        return samples
    }
}

extension TaskStore {
    /// The open tasks of one kind.
    struct Pressure {
        let name: String
        let waiting: Int
        let leased: Int
        /// Time in seconds since the oldest waiting task was submitted.
        let age: Double
    }

    /// Number of waiting and leased tasks by kind; kinds without open tasks are left out.
    func pressure(at now: Date, in db: Database) throws -> [Pressure] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                WITH open AS (
                    SELECT kind, COUNT(*) AS waiting, MIN(number) AS first, 0 AS leased FROM tasks
                    WHERE state = \(TaskState.queued.rawValue) AND rank = 0 GROUP BY kind
                    UNION ALL
                    SELECT kind, 0, NULL, COUNT(*) FROM tasks WHERE state = \(TaskState.leased.rawValue) AND rank = 0 GROUP BY kind
                ),
                sums AS (
                    SELECT kind, SUM(waiting) AS waiting, MAX(first) AS first, SUM(leased) AS leased FROM open
                    GROUP BY kind
                )
                SELECT kind, waiting, leased, (SELECT submitted FROM tasks WHERE number = first) AS submitted FROM sums
                ORDER BY kind
                """)
        return rows.map { row in
            let submitted = (row["submitted"] as Int64?).map { Date(microseconds: $0) }
            return Pressure(
                name: row["kind"], waiting: row["waiting"], leased: row["leased"],
                age: submitted.map { max(0, now.timeIntervalSince($0)) } ?? 0)
        }
    }
}
