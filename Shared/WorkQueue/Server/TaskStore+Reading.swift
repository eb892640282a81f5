import Foundation
import GRDB
import Model
import Storage
import WorkQueueClient

/// What determines the fate of a task, as read from the database.
struct TaskEntry {
    let number: Int64
    let kind: String
    let group: String
    let worker: String
    /// The task that several workers do together; nil if one worker does it alone.
    let gang: String?
    let rank: Int
    /// Whether the others continue without this one.
    let isReplaceable: Bool
    let status: TaskStatus
}

extension TaskStore {
    /// What determines the fate of a task.
    func entry(_ id: String, in db: Database) throws -> TaskEntry? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT number, kind, task_group, worker, gang, rank, elastic, state, attempt, crashes, maximum_attempts,
                    settled
                FROM tasks WHERE id = ?
                """)
        return try Row.fetchOne(statement, arguments: [id]).map { row in
            TaskEntry(
                number: row["number"], kind: row["kind"], group: row["task_group"], worker: row["worker"],
                gang: row["gang"], rank: row["rank"], isReplaceable: row["elastic"] == 1 && row["rank"] > 0,
                status: TaskStatus(
                    state: try Self.state(row["state"]), worker: row["worker"], attempt: row["attempt"],
                    crashes: row["crashes"],
                    maximumAttempts: row["maximum_attempts"], settled: row["settled"]))
        }
    }

    /// A task with all its contents.
    func find(_ id: String, in db: Database) throws -> QueuedTask? {
        let statement = try db.cachedStatement(sql: "SELECT * FROM tasks WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map(Self.task)
    }

    /// Tasks in order of submission, without payloads, results and log tails.
    func list(group: String, states: Set<TaskState>, limit: Int, after: String, in db: Database) throws -> [QueuedTask]
    {
        let states = states.isEmpty ? Set(TaskState.allCases) : states
        let set = states.map { "\($0.rawValue)" }.sorted().joined(separator: ", ")
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT number, id, kind, task_group, state, attempt, maximum_attempts, worker, failure, checkpoint,
                    submitted, updated, workers, '' AS log_tail, x'' AS payload, x'' AS result
                FROM tasks
                WHERE rank = 0 AND state IN (\(set)) AND (:group = '' OR task_group = :group)
                    AND number > COALESCE((SELECT number FROM tasks WHERE id = :after), 0)
                ORDER BY number LIMIT :limit
                """,
            arguments: ["group": group, "after": after, "limit": limit])
        return try rows.map(Self.task)
    }

    /// Number of tasks in a state.
    func count(_ state: TaskState, in db: Database) throws -> Int {
        let statement = try db.cachedStatement(sql: "SELECT count FROM task_counts WHERE state = ?")
        return try Int.fetchOne(statement, arguments: [state.rawValue]) ?? 0
    }

    /// Number of tasks in each state that has any.
    func counts(in db: Database) throws -> [TaskState: Int] {
        let pairs = try TaskState.allCases.map { ($0, try count($0, in: db)) }
        return Dictionary(uniqueKeysWithValues: pairs.filter { $0.1 > 0 })
    }

    /// The workers that the open tasks call for.
    func demand(in db: Database) throws -> QueueStatistics.Demand {
        let open = try count(.queued, in: db) + count(.leased, in: db)
        guard open > 0 else { return .init() }
        // Tasks for one worker are only counted: there may be a hundred thousand.
        let statement = try db.cachedStatement(
            sql: """
                SELECT COALESCE(SUM(workers - 1), 0) AS more, COALESCE(MAX(least_workers), 1) AS least
                FROM tasks INDEXED BY tasks_by_gang
                WHERE gang IS NOT NULL AND rank = 0 AND (\(Self.queued) OR \(Self.leased))
                """)
        guard let gangs = try Row.fetchOne(statement) else { return .init(usable: open, needed: 1) }
        return .init(usable: open + gangs["more"], needed: gangs["least"])
    }

    /// Attempts that had a lease when the database was last written.
    func leasedAttempts(in db: Database) throws -> [TaskAttempt] {
        try Row.fetchAll(db, sql: "SELECT id, attempt, worker FROM tasks WHERE \(Self.leased)").map { row in
            TaskAttempt(task: row["id"], number: row["attempt"], worker: row["worker"])
        }
    }

    static func state(_ value: Int) throws -> TaskState {
        guard let state = TaskState(rawValue: value) else {
            throw Failure(.corrupt, "A task in the queue's database has the unknown state \(value).")
        }
        return state
    }

    private static func task(_ row: Row) throws -> QueuedTask {
        QueuedTask(
            id: row["id"], kind: row["kind"], group: row["task_group"], state: try state(row["state"]),
            attempt: row["attempt"], maximumAttempts: row["maximum_attempts"], worker: row["worker"],
            payload: [UInt8](row["payload"] as Data), result: [UInt8](row["result"] as Data),
            failure: try (row["failure"] as String?).map { text in
                try JSONDecoder().decode(Failure.self, from: Data(text.utf8))
            },
            checkpoint: try (row["checkpoint"] as String?).map { try BlobDigest($0) },
            submitted: Date(microseconds: row["submitted"]), updated: Date(microseconds: row["updated"]),
            logTail: row["log_tail"], workers: row["workers"])
    }
}
