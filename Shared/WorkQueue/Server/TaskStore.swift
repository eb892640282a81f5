import Foundation
import GRDB
import Model
import Storage
import WorkQueueClient

/// The tasks of a queue in its database: every method belongs to the caller's transaction and records its event in it.
struct TaskStore: Sendable {
    /// The numbers of the queue.
    let settings: QueueSettings
    /// Where events go.
    let events: EventLog
    /// Time of day.
    let date: @Sendable () -> Date
    /// A random number in 0..<1.
    let jitter: @Sendable () -> Double

    // MARK: Submitting

    /// Adds a task; one that is known stays as it is.
    /// - Returns: The task's state, and whether it was added.
    func insert(_ task: TaskSubmission, in db: Database) throws -> (state: TaskState, isNew: Bool) {
        let known = try db.cachedStatement(sql: "SELECT state FROM tasks WHERE id = ?")
        if let state = try Int.fetchOne(known, arguments: [task.id]) { return (try Self.state(state), false) }
        guard try count(.queued, in: db) < settings.capacity else {
            throw Failure(
                .busy, "The queue holds \(settings.capacity) waiting tasks and takes no more for now.",
                retryAfter: settings.retryAfter)
        }
        let now = date().microseconds
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO tasks (id, kind, task_group, priority, state, maximum_attempts, submitted, updated, payload)
                VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            task.id, task.kind, task.group, task.priority, task.maximumAttempts ?? settings.maximumAttempts, now, now,
            Data(task.payload),
        ])
        try events.append(
            kind: "task.submitted", subject: task.id,
            attributes: ["kind": task.kind, "group": task.group, "priority": "\(task.priority)"], in: db)
        return (.queued, true)
    }

    // MARK: Leasing

    /// The lease that a worker has already, because the reply to its pull was lost.
    func lease(of worker: String, in db: Database) throws -> TaskLease? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, kind, task_group, attempt, checkpoint, payload FROM tasks
                WHERE state = 2 AND worker = ? ORDER BY number LIMIT 1
                """)
        return try Row.fetchOne(statement, arguments: [worker]).map { try lease($0, worker: worker, raise: 0) }
    }

    /// Leases the first task that is due: highest priority, then first submitted.
    func lease(kinds: [String], to worker: String, in db: Database) throws -> TaskLease? {
        let candidates = try kinds.compactMap { try firstDue(kind: $0, in: db) }
        let first = candidates.min { left, right in
            let (a, b) = (left["priority"] as Int, right["priority"] as Int)
            return a == b ? (left["number"] as Int64) < (right["number"] as Int64) : a > b
        }
        guard let row = first else { return nil }
        let lease = try lease(row, worker: worker, raise: 1)
        let statement = try db.cachedStatement(
            sql: "UPDATE tasks SET state = 2, attempt = ?, worker = ?, updated = ? WHERE number = ?")
        try statement.execute(arguments: [
            lease.attempt.number, worker, date().microseconds, row["number"] as Int64,
        ])
        try record("leased", lease.attempt, kind: lease.kind, group: lease.group, in: db)
        return lease
    }

    /// Time until the next task of these kinds is due; absent where none waits for a delay to end.
    func timeToNextDue(kinds: [String], in db: Database) throws -> Duration? {
        let now = date().microseconds
        let statement = try db.cachedStatement(
            sql: "SELECT MIN(due) FROM tasks INDEXED BY tasks_waiting WHERE state = 1 AND kind = ?")
        let due = try kinds.compactMap { try Int64.fetchOne(statement, arguments: [$0]) }.min()
        return due.map { .microseconds(max(0, $0 - now)) }
    }

    private func firstDue(kind: String, in db: Database) throws -> Row? {
        let now = date().microseconds
        // A task that is due later than any delay allows was delayed before the clock was set back: it is due now.
        let farthest = now + settings.longestDelay.microseconds
        let statement = try db.cachedStatement(
            sql: """
                SELECT number, priority, id, kind, task_group, attempt, checkpoint, payload
                FROM tasks INDEXED BY tasks_waiting
                WHERE state = 1 AND kind = ? AND (due <= ? OR due > ?) ORDER BY priority DESC, number LIMIT 1
                """)
        return try Row.fetchOne(statement, arguments: [kind, now, farthest])
    }

    private func lease(_ row: Row, worker: String, raise: Int) throws -> TaskLease {
        TaskLease(
            attempt: TaskAttempt(task: row["id"], number: (row["attempt"] as Int) + raise, worker: worker),
            kind: row["kind"], group: row["task_group"], payload: [UInt8](row["payload"] as Data),
            checkpoint: try (row["checkpoint"] as String?).map { try BlobDigest($0) },
            duration: settings.lease, heartbeat: settings.heartbeat)
    }

    // MARK: What workers say

    /// What a sign of life of this attempt is worth.
    func directive(for attempt: TaskAttempt, in db: Database) throws -> TaskDirective {
        guard let task = try entry(attempt.task, in: db) else { return .stale }
        return switch task.status.onMessage(attempt.number) {
        case .accept, .again: .proceed
        case .refuse(let directive): directive
        }
    }

    /// Notes the progress of a task.
    func report(_ report: TaskReport, of attempt: TaskAttempt, in db: Database) throws -> TaskDirective {
        try heed(attempt, { $0.onMessage(attempt.number) }, in: db) { task in
            if let checkpoint = report.checkpoint {
                try db.execute(
                    sql: "UPDATE tasks SET checkpoint = ? WHERE number = ?",
                    arguments: [checkpoint.hexadecimal, task.number])
            }
            var attributes: [String: String] = [:]
            if report.step > 0 { attributes["step"] = "\(report.step)" }
            if report.steps > 0 { attributes["steps"] = "\(report.steps)" }
            attributes["checkpoint"] = report.checkpoint?.hexadecimal
            for (name, value) in report.metrics { attributes["metric.\(name)"] = "\(value)" }
            try record("progress", attempt, task, attributes, in: db)
        }
    }

    /// Ends a task with its result.
    func complete(
        _ attempt: TaskAttempt, result: [UInt8], in db: Database, then onSuccess: WorkQueue.SuccessHook? = nil
    ) throws -> TaskDirective {
        try heed(attempt, { $0.onComplete(attempt.number) }, in: db) { task in
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE tasks SET state = 3, result = ?, failure = NULL, log_tail = '', updated = ?
                    WHERE number = ?
                    """)
            try statement.execute(arguments: [Data(result), date().microseconds, task.number])
            try record("succeeded", attempt, task, in: db)
            if let onSuccess, let finished = try find(attempt.task, in: db) { try onSuccess(finished, db) }
        }
    }

    /// Ends an attempt that failed, by its worker's word or because its lease was lost.
    func fail(
        _ attempt: TaskAttempt, _ failure: Failure, logTail: String? = nil, afterSilence isLost: Bool = false,
        in db: Database
    ) throws -> TaskDirective {
        try heed(attempt, { $0.onSettle(attempt.number) }, in: db) { task in
            let logTail = logTail.map { String(decoding: $0.utf8.suffix(settings.largestLogTail), as: UTF8.self) }
            // A worker whose lease was lost has not been heard: what it says later is stale, not a repetition.
            let settled = isLost ? task.status.settled : attempt.number
            let details = ["code": failure.code.rawValue, "message": failure.message]
            switch task.status.fate(after: failure) {
            case .failed:
                try settle(task, .failed, settled, crashes: task.status.crashes, failure, logTail, due: 0, in: db)
                try record("failed", attempt, task, details, in: db)
            case .dead(let crashes):
                try settle(task, .dead, settled, crashes: crashes, failure, logTail, due: 0, in: db)
                try record("dead", attempt, task, details.merging(["crashes": "\(crashes)"]) { $1 }, in: db)
            case .retry(let crashes):
                // Silence has been waited for already.
                let backOff = settings.delay(afterCrashes: crashes, jitter: jitter())
                let rest = isLost ? max(.zero, backOff - settings.silence) : backOff
                let bounded = min(max(rest, failure.retryAfter ?? .zero), settings.longestDelay)
                let due = date().microseconds + bounded.microseconds
                try settle(task, .queued, settled, crashes: crashes, failure, logTail, due: due, in: db)
                let why = [
                    "reason": isLost ? "silence" : "failed", "crashes": "\(crashes)",
                    "delay-milliseconds": "\(bounded.microseconds / 1_000)",
                ]
                try record("returned", attempt, task, details.merging(why) { $1 }, in: db)
            }
        }
    }

    /// Takes a task back that its worker gives up without fault.
    func release(_ attempt: TaskAttempt, in db: Database) throws -> TaskDirective {
        try heed(attempt, { $0.onSettle(attempt.number) }, in: db) { task in
            try settle(task, .queued, attempt.number, crashes: task.status.crashes, nil, nil, due: 0, in: db)
            try record("returned", attempt, task, ["reason": "released"], in: db)
        }
    }

    /// Acts on a worker's message if it speaks for the lease; otherwise says what the worker should do.
    private func heed(
        _ attempt: TaskAttempt, _ judge: (TaskStatus) -> TaskStatus.Verdict, in db: Database,
        act: (TaskEntry) throws -> Void
    ) throws -> TaskDirective {
        guard let task = try entry(attempt.task, in: db) else { return .stale }
        switch judge(task.status) {
        case .again: return .proceed
        case .refuse(let directive): return directive
        case .accept:
            try act(task)
            return .proceed
        }
    }

    private func settle(
        _ task: TaskEntry, _ state: TaskState, _ settled: Int, crashes: Int, _ failure: Failure?,
        _ logTail: String?, due: Int64, in db: Database
    ) throws {
        let failure = try failure.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        try db.execute(
            sql: """
                UPDATE tasks SET state = ?, crashes = ?, settled = ?, due = ?, updated = ?,
                    failure = COALESCE(?, failure), log_tail = COALESCE(?, log_tail)
                WHERE number = ?
                """,
            arguments: [
                state.rawValue, crashes, settled, due, date().microseconds, failure, logTail, task.number,
            ])
    }

    private func record(
        _ verb: String, _ attempt: TaskAttempt, _ task: TaskEntry, _ details: [String: String] = [:], in db: Database
    ) throws {
        try record(verb, attempt, kind: task.kind, group: task.group, details, in: db)
    }

    private func record(
        _ verb: String, _ attempt: TaskAttempt, kind: String, group: String, _ details: [String: String] = [:],
        in db: Database
    ) throws {
        let common = ["kind": kind, "group": group, "worker": attempt.worker, "attempt": "\(attempt.number)"]
        try events.append(
            kind: "task.\(verb)", subject: attempt.task, attributes: details.merging(common) { $1 }, in: db)
    }
}

extension Duration {
    /// Whole microseconds.
    var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
