import Foundation
import GRDB
import Model
import Storage
import WorkQueueClient

/// Actions of submitters and operators on tasks.
extension TaskStore {
    /// Cancels tasks that have not ended: one, or all of a group.
    /// - Returns: Identities of the canceled tasks, including those of their further workers.
    func cancel(id: String, group: String, in db: Database) throws -> [(id: String, rank: Int)] {
        let condition = id.isEmpty ? "task_group = :name" : "(id = :name OR gang = :name)"
        let name = id.isEmpty ? group : id
        let rows = try Row.fetchAll(
            db,
            sql: "SELECT number, id, kind, task_group, state, attempt, worker, rank FROM tasks"
                + " WHERE \(condition) AND (\(Self.queued) OR \(Self.leased)) ORDER BY number",
            arguments: ["name": name])
        for row in rows {
            try move(row["number"], to: .cancelled, in: db)
            guard row["rank"] as Int == 0 else { continue }
            var attributes = ["kind": row["kind"] as String, "group": row["task_group"] as String]
            if row["state"] == TaskState.leased.rawValue {
                attributes["worker"] = row["worker"] as String
                attributes["attempt"] = "\(row["attempt"] as Int)"
            }
            try events.append(kind: "task.cancelled", subject: row["id"], attributes: attributes, in: db)
        }
        return rows.map { ($0["id"], $0["rank"]) }
    }

    /// Gives a dead task new attempts.
    /// - Returns: Whether it was dead.
    func requeue(_ id: String, in db: Database) throws -> Bool {
        guard let task = try deadEntry(id, in: db) else { return false }
        try db.execute(
            sql: "UPDATE tasks SET \(Self.queued), crashes = 0, due = 0, updated = ? WHERE number = ? OR gang = ?",
            arguments: [date().microseconds, task.number, task.gang])
        try events.append(
            kind: "task.returned", subject: id,
            attributes: ["kind": task.kind, "group": task.group, "reason": "requeued"], in: db)
        return true
    }

    /// Abandons a dead task: it counts as canceled, and submitting it again does not bring it back.
    /// - Returns: Whether it was dead.
    func drop(_ id: String, in db: Database) throws -> Bool {
        guard let task = try deadEntry(id, in: db) else { return false }
        try move(task.number, gang: task.gang, to: .cancelled, in: db)
        try events.append(
            kind: "task.cancelled", subject: id,
            attributes: ["kind": task.kind, "group": task.group, "reason": "dropped"], in: db)
        return true
    }

    private func deadEntry(_ id: String, in db: Database) throws -> TaskEntry? {
        guard let task = try entry(id, in: db) else {
            throw Failure(.notFound, "There is no task '\(id)' in this queue. List dead tasks with: gyrus dead list")
        }
        return task.status.state == .dead ? task : nil
    }

    private func move(_ number: Int64, gang: String? = nil, to state: TaskState, in db: Database) throws {
        try db.execute(
            sql: "UPDATE tasks SET state = ?, updated = ? WHERE number = ? OR gang = ?",
            arguments: [state.rawValue, date().microseconds, number, gang])
    }
}
