import GRDB
import Model
import Storage
import WorkQueueClient

/// Tasks that several workers do together: a row for each of them, of which that of rank 0 is the task.
extension TaskStore {
    /// Identities of all rows of the task to which an attempt belongs.
    func gang(of attempt: TaskAttempt, in db: Database) throws -> [String] {
        guard let gang = try entry(attempt.task, in: db)?.gang else { return [attempt.task] }
        return try String.fetchAll(
            db, sql: "SELECT id FROM tasks WHERE gang = ? ORDER BY rank", arguments: [gang])
    }

    /// Identities of the rows whose leases end with the result of an attempt: all where rank 0 has it, and else its own.
    func concluded(by attempt: TaskAttempt, in db: Database) throws -> [String] {
        guard let task = try entry(attempt.task, in: db), task.rank > 0 else { return try gang(of: attempt, in: db) }
        return [attempt.task]
    }

    /// A worker of a rank above 0 is done; the task ends with the one of rank 0.
    func completeRank(_ task: TaskEntry, in db: Database) throws {
        try db.execute(
            sql: "UPDATE tasks SET state = 3, updated = ? WHERE number = ?",
            arguments: [date().microseconds, task.number])
    }

    /// Notes where the workers of an attempt meet.
    func note(address: String, of attempt: TaskAttempt, in db: Database) throws {
        let task = try owned(by: attempt, in: db)
        guard task.rank == 0 else {
            throw Failure(.conflict, "The worker of rank \(task.rank) cannot say where task '\(attempt.task)' meets.")
        }
        try db.execute(
            sql: "UPDATE tasks SET address = ? WHERE number = ?", arguments: [address, task.number])
    }

    /// Where the workers of an attempt meet; empty where that is not known yet.
    func address(for attempt: TaskAttempt, in db: Database) throws -> String {
        let task = try owned(by: attempt, in: db)
        return try String.fetchOne(
            db, sql: "SELECT address FROM tasks WHERE id = ?", arguments: [task.gang ?? attempt.task]) ?? ""
    }

    private func owned(by attempt: TaskAttempt, in db: Database) throws -> TaskEntry {
        guard let task = try entry(attempt.task, in: db), task.status.onMessage(attempt.number) == .accept else {
            throw Failure(.stale, "Attempt \(attempt.number) no longer has the task '\(attempt.task)'.")
        }
        return task
    }
}
