import Foundation
import GRDB
import Model
import RegistryClient
import Storage

extension RegistryStore {
    /// Moves a model to another stage; making a version live archives the live version of its series.
    func move(_ id: String, to stage: ModelStage, by person: String, note: String) async throws -> PretrainedModel {
        try await database.write { db in
            let model = try Self.existingModel(id, db)
            guard model.stage != stage else { return model }
            let time = now()
            if stage == .live, let other = try Self.liveVersion(of: model.series, db) {
                try change(other, from: .live, to: .archived, at: time, by: person, note: "replaced by \(id)", db)
            }
            try change(id, from: model.stage, to: stage, at: time, by: person, note: note, db)
            return try Self.existingModel(id, db)
        }
    }

    private func change(
        _ id: String, from old: ModelStage, to stage: ModelStage, at time: Date, by person: String, note: String,
        _ db: Database
    ) throws {
        try db.execute(
            sql: "UPDATE stage_changes SET ended = MAX(?, began) WHERE model = ? AND ended IS NULL",
            arguments: [time.microseconds, id])
        try db.execute(sql: "UPDATE models SET stage = ? WHERE id = ?", arguments: [stage.rawValue, id])
        try Self.begin(stage, of: id, at: time, by: person, note: note, db)
        try events.append(
            kind: "model.staged", subject: id,
            attributes: ["from": old.rawValue, "to": stage.rawValue, "by": person, "note": note], in: db)
    }

    /// Records that a model entered a stage.
    static func begin(
        _ stage: ModelStage, of id: String, at time: Date, by person: String, note: String, _ db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO stage_changes (model, series, version, stage, began, person, note)
                SELECT id, series, version, ?, ?, ?, ? FROM models WHERE id = ?
                """, arguments: [stage.rawValue, time.microseconds, person, note, id])
    }

    private static func liveVersion(of series: String, _ db: Database) throws -> String? {
        try String.fetchOne(
            db, sql: "SELECT model FROM stage_changes WHERE series = ? AND stage = 'live' AND ended IS NULL",
            arguments: [series])
    }

    /// The stage history, newest first.
    /// - Parameter sequence: Only changes before this one; 0 for all.
    func stages(_ query: StageQuery, before sequence: UInt64) async throws -> [StageChange] {
        var conditions: [Condition] = []
        if let model = query.model { conditions.append(Condition("model = ?", [model])) }
        if let series = query.series { conditions.append(Condition("series = ?", [series])) }
        if let stage = query.stage { conditions.append(Condition("stage = ?", [stage.rawValue])) }
        if let from = query.from {
            conditions.append(Condition("(ended IS NULL OR ended > ?)", [from.microseconds]))
        }
        if let to = query.to { conditions.append(Condition("began < ?", [to.microseconds])) }
        if sequence > 0 { conditions.append(Condition("seq < ?", [Int64(clamping: sequence)])) }
        let filters = conditions.isEmpty ? "" : " WHERE " + conditions.map(\.sql).joined(separator: " AND ")
        let arguments = conditions.reduce(StatementArguments()) { $0 + $1.arguments } + [query.limit]
        return try await database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM stage_changes\(filters) ORDER BY seq DESC LIMIT ?", arguments: arguments
            ).map(StageChange.init(row:))
        }
    }
}

extension StageChange {
    fileprivate init(row: Row) throws {
        self.init(
            sequence: UInt64(row["seq"] as Int64), model: row["model"], series: row["series"], version: row["version"],
            stage: try ModelStage(word: row["stage"]), began: Date(microseconds: row["began"]),
            ended: (row["ended"] as Int64?).map { Date(microseconds: $0) }, by: row["person"], note: row["note"])
    }
}
