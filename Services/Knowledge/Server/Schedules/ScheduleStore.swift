import Foundation
import GRDB
import KnowledgeClient
import Model
import Storage

/// Schedules in the knowledge service's database; every method is one transaction.
struct ScheduleStore: Sendable {
    /// Maximum number of schedules that are not canceled.
    static let most = 1000

    let database: ServiceDatabase
    let events: EventLog
    let now: @Sendable () -> Date

    init(_ database: ServiceDatabase, events: EventLog, now: @escaping @Sendable () -> Date = { Date() }) {
        self.database = database
        self.events = events
        self.now = now
    }

    /// Adds a schedule; a known identity changes nothing.
    /// - Parameter known: Existing recipes of the dataset, whose samples are not new.
    func add(_ schedule: UpdateSchedule, known: [String]) async throws -> UpdateSchedule {
        try await database.write { db in
            if let stored = try Self.schedule(schedule.id, db) { return stored }
            let count = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM schedules WHERE state <> 'cancelled'") ?? 0
            guard count < Self.most else {
                throw Failure(.busy, "There are already \(count) schedules, which is the limit; cancel some.")
            }
            try db.execute(
                sql: """
                    INSERT INTO schedules (id, model, dataset, samples, method, memory, allowance, person, state, task,
                        note, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', '', '', ?)
                    """,
                arguments: [
                    schedule.id, schedule.model, schedule.dataset, schedule.samples, schedule.method, schedule.memory,
                    schedule.allowedForgetting, schedule.person, now().microseconds,
                ])
            for recipe in known { try Self.insert(recipe, samples: 0, isLearned: true, of: schedule.id, db) }
            try events.append(
                kind: "schedule.made", subject: schedule.id,
                attributes: [
                    "model": schedule.model, "dataset": schedule.dataset, "samples": "\(schedule.samples)",
                ], in: db)
            return try Self.existing(schedule.id, db)
        }
    }

    func all() async throws -> [UpdateSchedule] {
        try await database.read { db in
            try Row.fetchAll(db, sql: Self.columns + " ORDER BY created, id").map(UpdateSchedule.init(row:))
        }
    }

    /// Cancels a schedule; an update under way continues.
    func cancel(_ id: String) async throws -> UpdateSchedule {
        try await database.write { db in
            let schedule = try Self.existing(id, db)
            guard schedule.state != .cancelled else { return schedule }
            try set(.cancelled, of: id, note: "canceled", db)
            return try Self.existing(id, db)
        }
    }

    /// Records new data; known data changes nothing.
    func note(_ recipe: String, samples: Int, of id: String) async throws {
        try await database.write { db in
            guard try Self.insert(recipe, samples: samples, isLearned: false, of: id, db) else { return }
            try events.append(
                kind: "schedule.data", subject: id, attributes: ["recipe": recipe, "samples": "\(samples)"], in: db)
        }
    }

    /// The oldest data not yet learned; nil if there is none.
    func next(of id: String) async throws -> String? {
        try await database.read { db in
            try String.fetchOne(
                db,
                sql: """
                    SELECT recipe FROM schedule_data WHERE schedule = ? AND NOT is_learned ORDER BY rowid LIMIT 1
                    """, arguments: [id])
        }
    }

    /// The data that the latest update learned; nil if there was none.
    func latest(of id: String) async throws -> String? {
        try await database.read { db in
            try String.fetchOne(
                db,
                sql: """
                    SELECT recipe FROM schedule_data WHERE schedule = ? AND is_learned AND samples > 0
                    ORDER BY rowid DESC LIMIT 1
                    """, arguments: [id])
        }
    }

    /// Records that an update with some data has begun.
    func begin(_ task: String, with recipe: String, of id: String) async throws {
        try await database.write { db in
            try db.execute(
                sql: "UPDATE schedule_data SET is_learned = 1 WHERE schedule = ? AND recipe = ?",
                arguments: [id, recipe])
            try db.execute(sql: "UPDATE schedules SET task = ? WHERE id = ?", arguments: [task, id])
            try set(.updating, of: id, note: "updating with \(recipe.prefix(12))", db)
        }
    }

    /// Records how an update ended.
    /// - Parameter model: The version from which the next update continues; nil if there is no new one.
    func end(_ state: UpdateSchedule.State, model: String?, note: String, of id: String) async throws {
        try await database.write { db in
            if let model {
                try db.execute(sql: "UPDATE schedules SET model = ? WHERE id = ?", arguments: [model, id])
            }
            guard try Self.existing(id, db).state == .updating else { return }
            try set(state, of: id, note: note, db)
        }
    }

    // MARK: - Rows

    private static let columns = """
        SELECT *, (SELECT COALESCE(SUM(schedule_data.samples), 0) FROM schedule_data
            WHERE schedule = schedules.id AND NOT is_learned) AS pending FROM schedules
        """

    private static func schedule(_ id: String, _ db: Database) throws -> UpdateSchedule? {
        try Row.fetchOne(db, sql: columns + " WHERE id = ?", arguments: [id]).map(UpdateSchedule.init(row:))
    }

    private static func existing(_ id: String, _ db: Database) throws -> UpdateSchedule {
        guard let schedule = try schedule(id, db) else {
            throw Failure(.notFound, "There is no schedule '\(id.prefix(80))'; list them with: gyrus models schedules")
        }
        return schedule
    }

    private func set(_ state: UpdateSchedule.State, of id: String, note: String, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE schedules SET state = ?, note = ? WHERE id = ?", arguments: [state.rawValue, note, id])
        try events.append(
            kind: "schedule.\(state.rawValue)", subject: id, attributes: ["note": note], in: db)
    }

    @discardableResult
    private static func insert(
        _ recipe: String, samples: Int, isLearned: Bool, of id: String, _ db: Database
    ) throws -> Bool {
        try db.execute(
            sql: """
                INSERT INTO schedule_data (schedule, recipe, samples, is_learned) VALUES (?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                """, arguments: [id, recipe, samples, isLearned])
        return db.changesCount > 0
    }
}

extension UpdateSchedule {
    fileprivate init(row: Row) {
        self.init(
            id: row["id"], model: row["model"], dataset: row["dataset"], samples: row["samples"], method: row["method"],
            memory: row["memory"], allowedForgetting: row["allowance"], person: row["person"],
            state: State(rawValue: row["state"]) ?? .waiting, pending: row["pending"], task: row["task"],
            note: row["note"], created: Date(microseconds: row["created"]))
    }
}
