import Foundation
import GRDB
import Model
import Storage
import WorkQueueClient

/// Decides which worker gets which task.
extension TaskStore {
    /// Returns the workers that wait for tasks of a kind and meet a task's needs, and all that could do one. Called
    /// only if a task is for several workers, or if possibly no worker meets its needs.
    typealias Candidates = @Sendable (_ kind: String, _ needs: ComputeNeeds) -> (waiting: [String], all: [String])

    /// The lease that a worker already has, because the reply to its pull was lost, or because the task was leased to
    /// it together with others.
    ///
    /// It is not available to another process of the same name. A lease given to a name only belongs to the first
    /// process of that name that asks.
    func lease(of worker: WorkerProcess, in db: Database) throws -> TaskLease? {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE tasks SET instance = ?2 WHERE number = (
                    SELECT number FROM tasks WHERE \(Self.leased) AND worker = ?1 AND instance IN (?2, '')
                    ORDER BY number LIMIT 1)
                RETURNING \(Self.leaseColumns)
                """)
        return try Row.fetchOne(statement, arguments: [worker.name, worker.instance]).map { row in
            let place = GangPlace(rank: row["rank"], size: row["size"], key: row["gang_key"])
            let first = place.size > 1 ? try self.row(row["gang"], in: db) ?? row : row
            return try lease(
                first, TaskAttempt(task: row["id"], number: row["attempt"], worker: worker.name),
                place.size > 1 ? place : nil)
        }
    }

    /// Leases the first task that is due: highest priority, then first submitted. A task for several workers is leased
    /// to all of them or to none; if fewer than the maximum are enough, to all that are free.
    ///
    /// While too few workers wait for such a task, later tasks go first, so that no worker idles; but not forever, or
    /// it would never start. If nothing is due, a worker takes a place that another has left.
    /// - Returns: The worker's lease, and all attempts that started.
    func lease(
        kinds: [String], to worker: WorkerProcess, among candidates: Candidates, in db: Database
    ) throws -> (TaskLease, gang: [TaskAttempt])? {
        for row in try due(kinds: kinds, for: worker.offer, in: db) {
            let (least, most) = (row["least_workers"] as Int, row["workers"] as Int)
            guard most > 1 else { return try begin(row, for: worker, in: db) }
            let (waiting, all) = candidates(row["kind"], Self.needs(of: row))
            let others = try waiting.filter { $0 != worker.name }.filter { try !isBusy($0, in: db) }
            // A worker that has no task and does not ask for one at the moment will do so soon.
            let size = least < most ? try min(most, max(least, all.count { try !isBusy($0, in: db) })) : most
            if others.count + 1 >= size { return try begin(row, for: worker, with: others.prefix(most - 1), in: db) }
            guard date().microseconds - (row["updated"] as Int64) >= settings.gangPatience.microseconds else {
                continue
            }
            if all.count >= size { return nil }
            if row["shortage"] == 0 {
                try noteShortage(of: row, workers: all.count, needs: Self.needs(of: row), in: db)
            }
        }
        return try leaseVacancy(kinds: kinds, to: worker, in: db)
    }

    /// What a worker needs to do the task of a row.
    static func needs(of row: Row) -> ComputeNeeds {
        ComputeNeeds(device: .init(rawValue: row["device"]), memory: UInt64(clamping: row["memory"] as Int64))
    }

    /// Whether free workers could join those that have a task, because it has fewer workers than its maximum.
    func canGrow(
        _ attempt: TaskAttempt, among candidates: Candidates, in db: Database
    ) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT kind, device, memory FROM tasks WHERE id = ? AND rank = 0 AND elastic = 0 AND size < workers")
        guard let row = try Row.fetchOne(statement, arguments: [attempt.task]) else { return false }
        return try candidates(row["kind"], Self.needs(of: row)).waiting.contains { try !isBusy($0, in: db) }
    }

    private func isBusy(_ worker: String, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM tasks WHERE \(Self.leased) AND worker = ? LIMIT 1")
        return try Row.fetchOne(statement, arguments: [worker]) != nil
    }

    /// Gives a task to its workers; the first gets rank 0.
    private func begin(
        _ row: Row, for first: WorkerProcess, with others: ArraySlice<String> = [], in db: Database
    ) throws -> (TaskLease, [TaskAttempt]) {
        let workers = [first.name] + others
        let id = row["id"] as String
        let number =
            try 1
            + (Int.fetchOne(
                db,
                sql: "SELECT MAX(attempt) FROM tasks WHERE gang = "
                    + "?", arguments: [id]) ?? row["attempt"])
        let key = workers.count > 1 ? UUID().uuidString : ""
        let statement = try db.cachedStatement(
            sql:
                """
                UPDATE tasks SET \(Self.leased), attempt = ?, worker = ?, instance = ?, gang_key = ?, size = ?, shortage = 0,
                    updated = ?
                WHERE id = ?
                """)
        var attempts: [TaskAttempt] = []
        for (rank, worker) in workers.enumerated() {
            let attempt = TaskAttempt(task: rank == 0 ? id : "\(id)#\(rank)", number: number, worker: worker)
            try statement.execute(
                arguments: [
                    number, worker, rank == 0 ? first.instance : "", key, workers.count, date().microseconds,
                    attempt.task,
                ])
            if let task = try entry(attempt.task, in: db) { try record("leased", attempt, task, in: db) }
            attempts.append(attempt)
        }
        let place = workers.count > 1 ? GangPlace(rank: 0, size: workers.count, key: key) : nil
        return (try lease(row, attempts[0], place), attempts)
    }

    /// Tasks that are due, in the order in which to lease them, up to the first task for a single worker.
    private func due(kinds: [String], for offer: ComputeOffer, in db: Database) throws -> [Row] {
        let now = date().microseconds
        // A task that is due later than any delay allows was delayed before the clock was set back; it is due now.
        let farthest = now + settings.longestDelay.microseconds
        let statement = try db.cachedStatement(
            sql: """
                SELECT number, priority, updated, shortage, \(Self.leaseColumns)
                FROM tasks INDEXED BY tasks_waiting
                WHERE \(Self.queued) AND rank = 0 AND kind = ? AND (due <= ? OR due > ?) AND \(Self.suits) ORDER BY priority DESC, number
                """)
        var rows: [Row] = []
        for kind in kinds {
            let cursor = try Row.fetchCursor(statement, arguments: [kind, now, farthest] + Self.suits(offer))
            while let row = try cursor.next()?.copy() {
                rows.append(row)
                if row["workers"] as Int == 1 { break }
            }
        }
        return rows.sorted { left, right in
            let (a, b) = (left["priority"] as Int, right["priority"] as Int)
            return a == b ? (left["number"] as Int64) < (right["number"] as Int64) : a > b
        }
    }

    /// Whether a worker has what a task needs.
    static let suits = "device IN ('', ?) AND memory <= ?"

    static func suits(_ offer: ComputeOffer) -> StatementArguments {
        [(offer.device?.kind ?? .cpu).rawValue, Int64(clamping: offer.memory)]
    }

    /// Time until the next task of these kinds that a worker could do is due; absent if none waits for a delay to end.
    func timeToNextDue(kinds: [String], for offer: ComputeOffer, in db: Database) throws -> Duration? {
        let now = date().microseconds
        let statement = try db.cachedStatement(
            sql: """
                SELECT MIN(due) FROM tasks INDEXED BY tasks_waiting
                WHERE \(Self.queued) AND rank = 0 AND kind = ? AND (workers = 1 OR due > ?) AND \(Self.suits)
                """)
        // A task for several workers that is due waits for workers, not for a time.
        let due = try kinds.compactMap { try Int64.fetchOne(statement, arguments: [$0, now] + Self.suits(offer)) }.min()
        return due.map { .microseconds(max(0, $0 - now)) }
    }

    private static let leaseColumns =
        "id, kind, task_group, attempt, checkpoint, payload, workers, least_workers, size, gang, rank, gang_key, "
        + "device, memory"

    private func row(_ id: String, in db: Database) throws -> Row? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(Self.leaseColumns) FROM tasks WHERE id = ?"), arguments: [id])
    }

    private func lease(_ row: Row, _ attempt: TaskAttempt, _ gang: GangPlace?) throws -> TaskLease {
        TaskLease(
            attempt: attempt, kind: row["kind"], group: row["task_group"], payload: [UInt8](row["payload"] as Data),
            checkpoint: try (row["checkpoint"] as String?).map { try BlobDigest($0) },
            duration: settings.lease, heartbeat: settings.heartbeat, gang: gang)
    }
}
