import DesignerClient
import DesignerSearch
import Foundation
import GRDB
import Model
import Search
import Storage

extension DesignerStore {
    /// Maximum number of rows in a list.
    static let largestPage = 1_000

    /// The scenario with an identity, or with a unique prefix of it.
    /// - Throws: `Failure` with code `not-found`, or `invalid-argument` if the prefix is ambiguous.
    func entry(_ id: String, in db: Database) throws -> Entry {
        try entry(try row(id, in: db))
    }

    /// The scenario that a task in the designer's own queue stands for; nil if there is none.
    func entry(ofTask task: String, in db: Database) throws -> Entry? {
        let id = task.prefix { $0 != "." }
        return try Row.fetchOne(db, sql: "SELECT * FROM scenarios WHERE id = ?", arguments: [String(id)]).map(entry)
    }

    private func entry(_ row: Row) throws -> Entry {
        guard let state = ScenarioState(rawValue: row["state"]) else {
            throw Failure(.corrupt, "The designer's database holds a scenario with an unknown state.")
        }
        let seeds = try (row["seeds"] as String?)?.split(separator: " ").map { try Genome(String($0)) }
        return Entry(
            id: try ScenarioID(row["id"]), file: row["file"], text: row["text"], space: row["space"], state: state,
            generation: row["generation"], isPrepared: row["prepared"], seeds: seeds,
            facts: try (row["facts"] as String?).map { try Self.value($0) })
    }

    private func row(_ id: String, in db: Database) throws -> Row {
        if let row = try Row.fetchOne(db, sql: "SELECT * FROM scenarios WHERE id = ?", arguments: [id]) { return row }
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM scenarios WHERE substr(id, 1, ?) = ? LIMIT 2", arguments: [id.count, id])
        guard let row = rows.first, !id.isEmpty else {
            throw Failure(.notFound, "There is no scenario '\(id.prefix(80))'. List them with: gyrus scenarios")
        }
        guard rows.count == 1 else {
            throw Failure(.invalidArgument, "Several scenarios begin with '\(id)'; specify more of the ID.")
        }
        return row
    }

    /// Whether none of some trials is under way.
    func haveEnded(_ trials: [Int], of id: ScenarioID) async throws -> Bool {
        try await database.read { db in
            let open = try Int.fetchAll(
                db, sql: "SELECT number FROM trials WHERE scenario = ? AND \(Self.isOpen)", arguments: [id.text])
            return Set(open).isDisjoint(with: trials)
        }
    }

    // MARK: For readers

    /// The state of a scenario.
    func status(_ id: String) async throws -> ScenarioStatus {
        try await database.read { db in try status(try row(id, in: db), in: db) }
    }

    /// The scenarios, newest first, without texts.
    func statuses(limit: Int, before: String = "") async throws -> [ScenarioStatus] {
        let limit = limit > 0 ? min(limit, Self.largestPage) : Self.largestPage
        return try await database.read { db in
            let bound = before.isEmpty ? Int64.max : try row(before, in: db)["number"]
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM scenarios WHERE number < ? ORDER BY number DESC LIMIT ?",
                arguments: [bound, limit])
            return try rows.map { row in
                var status = try status(row, in: db)
                status.text = ""
                status.facts?.genes = nil
                return status
            }
        }
    }

    private func status(_ row: Row, in db: Database) throws -> ScenarioStatus {
        let entry = try entry(row)
        let ended = try Int.fetchOne(
            db,
            sql: """
                SELECT COUNT(*) FROM trials WHERE scenario = ? AND \(Self.hasEnded) AND NOT \(Self.isFinal)
                """, arguments: [entry.id.text])
        return ScenarioStatus(
            id: entry.id, name: row["name"], state: entry.state, trials: row["trials"], endedTrials: ended ?? 0,
            best: try best(of: entry.id, model: row["model"], in: db),
            failure: try (row["failure"] as String?).map { try Self.value($0) },
            published: Date(microseconds: row["published"]),
            ended: (row["ended"] as Int64?).map { Date(microseconds: $0) }, model: row["model"], text: entry.text,
            objective: Metric(named: row["metric"]) ?? .accuracy, facts: entry.facts)
    }

    /// The trial whose model is the result, or the best one so far. A trial that continues after a pause counts
    /// with its earlier objective, so that the best never gets worse.
    private func best(of id: ScenarioID, model: String?, in db: Database) throws -> Trial? {
        let result = try model.map { try TrialID($0).number }
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT trials.* FROM trials JOIN scenarios ON scenarios.id = scenario
                WHERE scenario = ? AND (\(Self.isMeasured) OR \(Self.isOpen) AND rungs <> '[]')
                    AND (latency_limit IS NULL OR \(Self.latency) <= latency_limit)
                ORDER BY trials.number = ? DESC, \(Self.isFinal) DESC, objective DESC, trials.number
                LIMIT 1
                """, arguments: [id.text, result ?? -1])
        return try row.map(Self.trial)
    }

    /// Trials of a scenario by number.
    func trials(of id: String, from number: Int, limit: Int) async throws -> [Trial] {
        let limit = limit > 0 ? min(limit, Self.largestPage) : Self.largestPage
        return try await database.read { db in
            let id = try row(id, in: db)["id"] as String
            return try Row.fetchAll(
                db, sql: "SELECT * FROM trials WHERE scenario = ? AND number >= ? ORDER BY number LIMIT ?",
                arguments: [id, number, limit]
            ).map(Self.trial)
        }
    }

    /// All trials of a scenario by number.
    func trials(of id: ScenarioID) async throws -> [Trial] {
        try await database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM trials WHERE scenario = ? ORDER BY number", arguments: [id.text]
            ).map(Self.trial)
        }
    }

    /// The files of a scenario's trials.
    func files(of id: ScenarioID) async throws -> [BlobDigest] {
        let columns = ["script", "weights", "setup", "tracks", "checkpoint"]
        let each = columns.map { "SELECT \($0) FROM trials WHERE scenario = :id AND \($0) IS NOT NULL" }
        return try await database.read { db in
            try String.fetchAll(db, sql: each.joined(separator: " UNION "), arguments: ["id": id.text]).map {
                try BlobDigest($0)
            }
        }
    }

    static func trial(_ row: Row) throws -> Trial {
        guard let state = TrialState(rawValue: row["state"]) else {
            throw Failure(.corrupt, "The designer's database holds a trial with an unknown state.")
        }
        guard let kind = TrialPurpose.Kind(rawValue: row["purpose"]) else {
            throw Failure(.corrupt, "The designer's database holds a trial with an unknown purpose.")
        }
        return Trial(
            id: TrialID(scenario: try ScenarioID(row["scenario"]), number: row["number"]), state: state,
            genome: row["genome"],
            purpose: try TrialPurpose(
                kind, source: row["source"], modality: row["modality"], replica: row["replica"], step: row["step"]),
            origin: row["origin"], parents: try value(row["parents"]), networkName: row["network"],
            code: row["code"], objective: row["objective"], metrics: try value(row["metrics"]),
            artifact: try artifact(row), failure: try (row["failure"] as String?).map { try Self.value($0) },
            rungs: try value(row["rungs"]),
            checkpoint: try (row["checkpoint"] as String?).map { try BlobDigest($0) })
    }

    private static func artifact(_ row: Row) throws -> TrialArtifact? {
        func file(_ column: String) throws -> BlobDigest? { try (row[column] as String?).map { try BlobDigest($0) } }
        if let script = try file("script"), let weights = try file("weights") {
            return .network(script: script, weights: weights)
        }
        if let setup = try file("setup"), let tracks = try file("tracks") {
            return .tracker(setup: setup, tracks: tracks)
        }
        return nil
    }
}
