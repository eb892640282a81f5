import Foundation
import GRDB
import Model
import Storage
import WorkQueueClient

/// The tasks of a queue in its database. Every method runs in the caller's transaction and records its event there.
struct TaskStore: Sendable {
    /// Limits and times that apply to its tasks.
    let settings: QueueSettings
    /// Where events go.
    let events: EventLog
    /// Time of day.
    let date: @Sendable () -> Date
    /// A random number in 0..<1.
    let jitter: @Sendable () -> Double

    // MARK: Submitting

    /// Adds a task; a known task stays unchanged.
    /// - Returns: The task's state, and whether it was added.
    func insert(_ task: TaskSubmission, in db: Database) throws -> (state: TaskState, isNew: Bool) {
        let known = try db.cachedStatement(sql: "SELECT state FROM tasks WHERE id = ?")
        if let state = try Int.fetchOne(known, arguments: [task.id]) { return (try Self.state(state), false) }
        guard try count(.queued, in: db) < settings.capacity else {
            throw Failure(
                .busy, "The queue already holds \(settings.capacity) waiting tasks; try again later.",
                retryAfter: settings.retryAfter)
        }
        for rank in 0..<task.workers { try insert(task, rank: rank, in: db) }
        var attributes = ["kind": task.kind, "group": task.group, "priority": "\(task.priority)"]
        if task.workers > 1 { attributes["workers"] = "\(task.workers)" }
        attributes["device"] = task.needs.device?.rawValue
        if task.needs.memory > 0 { attributes["memory"] = ByteCount.text(task.needs.memory) }
        try events.append(kind: "task.submitted", subject: task.id, attributes: attributes, in: db)
        return (.queued, true)
    }

    private func insert(_ task: TaskSubmission, rank: Int, in db: Database) throws {
        let now = date().microseconds
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO tasks (id, kind, task_group, priority, state, maximum_attempts, submitted, updated, payload,
                    workers, least_workers, gang, rank, elastic, device, memory)
                VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            rank == 0 ? task.id : "\(task.id)#\(rank)", task.kind, task.group, task.priority,
            task.maximumAttempts ?? settings.maximumAttempts, now, now, rank == 0 ? Data(task.payload) : Data(),
            task.workers, task.minWorkers, task.workers > 1 ? task.id : nil, rank, task.isElastic,
            task.needs.device?.rawValue ?? "", Int64(clamping: task.needs.memory),
        ])
    }

    // MARK: Messages from workers

    /// The verdict on a heartbeat of an attempt.
    func directive(for attempt: TaskAttempt, in db: Database) throws -> TaskDirective {
        guard let task = try entry(attempt.task, in: db) else { return .stale }
        return switch task.status.onMessage(attempt) {
        case .accept, .again: .proceed
        case .refuse(let directive): directive
        }
    }

    /// Records the progress of a task.
    func report(_ report: TaskReport, of attempt: TaskAttempt, in db: Database) throws -> TaskDirective {
        try handle(attempt, { $0.onMessage(attempt) }, in: db) { task in
            if let checkpoint = report.checkpoint {
                // An attempt that came further shows that the task did not cause the crashes before it.
                try db.execute(
                    sql: """
                        UPDATE tasks SET crashes = IIF(checkpoint IS ?1, crashes, 0), checkpoint = ?1
                        WHERE number = ?2 OR gang = ?3
                        """,
                    arguments: [checkpoint.hexadecimal, task.number, task.gang])
            }
            var attributes: [String: String] = [:]
            if report.step > 0 { attributes["step"] = "\(report.step)" }
            if report.steps > 0 { attributes["steps"] = "\(report.steps)" }
            attributes["checkpoint"] = report.checkpoint?.hexadecimal
            if !report.notice.isEmpty { attributes["notice"] = report.notice.cut(toBytes: settings.largestMessage) }
            for (name, value) in report.metrics { attributes["metric.\(name)"] = "\(value)" }
            try record("progress", attempt, task, attributes, in: db)
        }
    }

    /// Ends a task with its result.
    func complete(
        _ attempt: TaskAttempt, result: [UInt8], in db: Database, then onSuccess: WorkQueue.SuccessHook? = nil
    ) throws -> TaskDirective {
        try handle(attempt, { $0.onComplete(attempt) }, in: db) { task in
            guard task.rank == 0 else { return try completeRank(task, in: db) }
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE tasks SET \(Self.succeeded), result = CASE rank WHEN 0 THEN ? ELSE x'' END, failure = NULL,
                        log_tail = '', updated = ?
                    WHERE number = ? OR gang = ?
                    """)
            try statement.execute(arguments: [Data(result), date().microseconds, task.number, task.gang])
            try record("succeeded", attempt, task, in: db)
            if let onSuccess, let finished = try find(attempt.task, in: db) { try onSuccess(finished, db) }
        }
    }

    /// Ends an attempt that failed, either reported by its worker or because its lease was lost.
    func fail(
        _ attempt: TaskAttempt, _ failure: Failure, logTail: String? = nil, afterSilence isLost: Bool = false,
        in db: Database
    ) throws -> TaskDirective {
        try handle(attempt, { $0.onSettle(attempt) }, in: db) { task in
            var failure = failure
            failure.message = failure.message.cut(toBytes: settings.largestMessage)
            let logTail = logTail.map { String(decoding: $0.utf8.suffix(settings.largestLogTail), as: UTF8.self) }
            // A worker whose lease was lost has not reported: a later message from it is stale, not a repetition.
            let settled = isLost ? task.status.settled : attempt.number
            let details = ["code": failure.code.rawValue, "message": failure.message]
            switch task.status.fate(after: failure) {
            case .dead(let crashes) where task.isReplaceable, .retry(let crashes) where task.isReplaceable:
                try vacate(task, attempt, settled, crashes: crashes, failure, isLost ? "silence" : "failed", in: db)
            case .failed:
                try settle(task, .failed, settled, crashes: task.status.crashes, failure, logTail, due: 0, in: db)
                try record("failed", attempt, task, details, in: db)
            case .dead(let crashes):
                try settle(task, .dead, settled, crashes: crashes, failure, logTail, due: 0, in: db)
                try record("dead", attempt, task, details.merging(["crashes": "\(crashes)"]) { $1 }, in: db)
            case .retry(let crashes):
                // The time of silence has already served as a delay.
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

    /// Takes back a task that its worker returns without having failed.
    func release(_ attempt: TaskAttempt, in db: Database) throws -> TaskDirective {
        try handle(attempt, { $0.onSettle(attempt) }, in: db) { task in
            guard !task.isReplaceable else {
                return try vacate(
                    task, attempt, attempt.number, crashes: task.status.crashes, nil, "released", in: db)
            }
            try settle(task, .queued, attempt.number, crashes: task.status.crashes, nil, nil, due: 0, in: db)
            try record("returned", attempt, task, ["reason": "released"], in: db)
        }
    }

    /// Acts on a worker's message if it comes from the lease's attempt; otherwise returns what the worker should do.
    private func handle(
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

    /// Records that a worker leaves a task that the others continue. A free worker may take its place, unless too many
    /// have crashed there.
    private func vacate(
        _ task: TaskEntry, _ attempt: TaskAttempt, _ settled: Int, crashes: Int, _ failure: Failure?, _ reason: String,
        in db: Database
    ) throws {
        let state = crashes < task.status.maximumAttempts ? TaskState.queued : .dead
        try db.execute(
            sql: "UPDATE tasks SET state = ?, crashes = ?, settled = ?, updated = ? WHERE number = ?",
            arguments: [state.rawValue, crashes, settled, date().microseconds, task.number])
        let details = ["code": failure?.code.rawValue, "message": failure?.message, "reason": reason]
        try record("left", attempt, task, details.compactMapValues { $0 }, in: db)
    }

    private func settle(
        _ task: TaskEntry, _ state: TaskState, _ settled: Int, crashes: Int, _ failure: Failure?,
        _ logTail: String?, due: Int64, in db: Database
    ) throws {
        let failure = try failure.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        try db.execute(
            sql: """
                UPDATE tasks SET state = ?, crashes = ?, settled = ?, due = ?, updated = ?,
                    failure = COALESCE(?, failure), log_tail = COALESCE(?, log_tail), address = ''
                WHERE number = ? OR gang = ?
                """,
            arguments: [
                state.rawValue, crashes, settled, due, date().microseconds, failure, logTail, task.number, task.gang,
            ])
    }

    /// Records what happened to a task and, if several workers do it together, which of them it was.
    func record(
        _ verb: String, _ attempt: TaskAttempt, _ task: TaskEntry, _ details: [String: String] = [:], in db: Database
    ) throws {
        var common = [
            "kind": task.kind, "group": task.group, "worker": attempt.worker, "attempt": "\(attempt.number)",
        ]
        if task.gang != nil { common["rank"] = "\(task.rank)" }
        try events.append(
            kind: "task.\(verb)", subject: task.gang ?? attempt.task, attributes: details.merging(common) { $1 },
            in: db)
    }
}

extension Duration {
    /// Whole microseconds.
    var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
