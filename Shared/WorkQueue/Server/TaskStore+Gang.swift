import GRDB
import Model
import Storage
import WorkQueueClient

/// Tasks that several workers do together: one row per worker, of which the row of rank 0 is the task.
extension TaskStore {
    /// Attempts that have ended once a worker's message is recorded: its own, or all if the task has ended or was
    /// returned.
    func attemptsOver(after attempt: TaskAttempt, in db: Database) throws -> [TaskAttempt] {
        guard let gang = try entry(attempt.task, in: db)?.gang else { return [attempt] }
        let rows = try Row.fetchAll(
            db, sql: "SELECT id, attempt, worker FROM tasks WHERE gang = ? AND NOT \(Self.leased) ORDER BY rank",
            arguments: [gang])
        return rows.map { TaskAttempt(task: $0["id"], number: $0["attempt"], worker: $0["worker"]) }
    }

    /// Identities of all rows of the task to which an attempt belongs.
    func gang(of attempt: TaskAttempt, in db: Database) throws -> [String] {
        guard let gang = try entry(attempt.task, in: db)?.gang else { return [attempt.task] }
        return try String.fetchAll(
            db, sql: "SELECT id FROM tasks WHERE gang = ? ORDER BY rank", arguments: [gang])
    }

    /// Gives a worker a place that another has left in a task that the others continue.
    func leaseVacancy(
        kinds: [String], to worker: WorkerProcess, in db: Database
    ) throws -> (TaskLease, gang: [TaskAttempt])? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT seat.id, seat.attempt, seat.rank, first.gang_key
                FROM tasks AS seat JOIN tasks AS first ON first.id = seat.gang AND first.\(Self.leased)
                WHERE seat.\(Self.queued) AND seat.rank > 0 AND seat.elastic = 1 AND seat.kind = ?
                    AND seat.device IN ('', ?) AND seat.memory <= ?
                ORDER BY seat.number LIMIT 1
                """)
        for kind in kinds {
            guard let seat = try Row.fetchOne(statement, arguments: [kind] + Self.suits(worker.offer))?.copy() else {
                continue
            }
            let attempt = TaskAttempt(task: seat["id"], number: seat["attempt"] + 1, worker: worker.name)
            try db.execute(
                sql: """
                    UPDATE tasks SET \(Self.leased), attempt = ?, worker = ?, instance = ?, gang_key = ?, size = workers, updated = ?
                    WHERE id = ?
                    """,
                arguments: [
                    attempt.number, worker.name, worker.instance, seat["gang_key"], date().microseconds, attempt.task,
                ])
            if let task = try entry(attempt.task, in: db) { try record("leased", attempt, task, in: db) }
            return try lease(of: worker, in: db).map { ($0, [attempt]) }
        }
        return nil
    }

    /// Reports once that a task has waited for long because there are too few workers for it.
    func noteShortage(of task: Row, workers: Int, needs: ComputeNeeds = .none, in db: Database) throws {
        let id = task["id"] as String
        try db.execute(sql: "UPDATE tasks SET shortage = 1 WHERE id = ?", arguments: [id])
        var attributes: [String: String] = [
            "kind": task["kind"], "group": task["task_group"], "workers": "\(task["least_workers"] as Int)",
            "present": "\(workers)",
        ]
        attributes["device"] = needs.device?.rawValue
        if needs.memory > 0 { attributes["memory"] = ByteCount.text(needs.memory) }
        try events.append(kind: "task.waiting", subject: id, attributes: attributes, in: db)
    }

    /// Reports once, for each task that has waited for long, that no worker has what it needs.
    func noteUnmetNeeds(kinds: [String], among candidates: Candidates, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, kind, task_group, least_workers, device, memory FROM tasks INDEXED BY tasks_choosy
                WHERE \(Self.queued) AND rank = 0 AND shortage = 0 AND (device <> '' OR memory > 0)
                    AND kind = ? AND updated <= ? LIMIT 100
                """)
        let latest = date().microseconds - settings.gangPatience.microseconds
        for kind in kinds {
            for row in try Row.fetchAll(statement, arguments: [kind, latest]) {
                let needs = Self.needs(of: row)
                guard candidates(kind, needs).all.isEmpty else { continue }
                try noteShortage(of: row, workers: 0, needs: needs, in: db)
            }
        }
    }

    /// Records that a worker of a rank above 0 is done; the task ends with the worker of rank 0.
    func completeRank(_ task: TaskEntry, in db: Database) throws {
        try db.execute(
            sql: "UPDATE tasks SET \(Self.succeeded), updated = ? WHERE number = ?",
            arguments: [date().microseconds, task.number])
    }

    /// Records the address of an attempt's rendezvous.
    func note(address: String, of attempt: TaskAttempt, in db: Database) throws {
        let task = try owned(by: attempt, in: db)
        guard task.rank == 0 else {
            throw Failure(
                .conflict,
                "The worker of rank \(task.rank) cannot set the rendezvous of task '\(attempt.task)'; only rank 0 can."
            )
        }
        try db.execute(
            sql: "UPDATE tasks SET address = ? WHERE number = ?", arguments: [address, task.number])
    }

    /// The address of an attempt's rendezvous; empty if not yet known.
    func address(for attempt: TaskAttempt, in db: Database) throws -> String {
        let task = try owned(by: attempt, in: db)
        return try String.fetchOne(
            db, sql: "SELECT address FROM tasks WHERE id = ?", arguments: [task.gang ?? attempt.task]) ?? ""
    }

    private func owned(by attempt: TaskAttempt, in db: Database) throws -> TaskEntry {
        guard let task = try entry(attempt.task, in: db), task.status.onMessage(attempt) == .accept else {
            throw Failure(.stale, "Attempt \(attempt.number) no longer has the task '\(attempt.task)'.")
        }
        return task
    }
}
