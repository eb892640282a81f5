import Foundation
import GRDB
import KnowledgeClient
import Model
public import Storage

/// Observations in the knowledge service's database; every method is one transaction.
public struct KnowledgeStore: Sendable {
    let database: ServiceDatabase
    let events: EventLog

    /// Makes a store over a migrated database.
    public init(_ database: ServiceDatabase, events: EventLog) {
        self.database = database
        self.events = events
    }

    // MARK: - Writing

    /// Adds an observation; a known identity changes nothing.
    func add(_ observation: Observation) async throws {
        let features = try Self.canonical(observation.features)
        try await database.write { db in
            guard try insert(observation, features: Self.row(of: features, db), db) else { return }
            let row = db.lastInsertedRowID
            for (name, value) in observation.metrics {
                try db.execute(
                    sql: "INSERT INTO observation_metrics (observation, name, value) VALUES (?, ?, ?)",
                    arguments: [row, name, value])
            }
            try events.append(
                kind: "observation.recorded", subject: observation.id,
                attributes: ["scenario": observation.scenario, "objective": "\(observation.objective)"], in: db)
        }
    }

    /// Returns false if the identity is known.
    private func insert(_ observation: Observation, features: Int64, _ db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO observations (id, scenario, features, space, genome, code, objective, created)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                """)
        try statement.execute(arguments: [
            observation.id, observation.scenario, features, observation.space, observation.genome,
            observation.code?.description, observation.objective, Date().microseconds,
        ])
        return db.changesCount > 0
    }

    private static func row(of features: String, _ db: Database) throws -> Int64 {
        let find = try db.cachedStatement(sql: "SELECT id FROM features WHERE content = ?")
        if let id = try Int64.fetchOne(find, arguments: [features]) { return id }
        try db.execute(sql: "INSERT INTO features (content) VALUES (?)", arguments: [features])
        return db.lastInsertedRowID
    }

    private static func canonical(_ features: ScenarioFeatures) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(features), as: UTF8.self)
    }

    // MARK: - Reading

    /// Observations, oldest first.
    func observations(of scenario: String?, after id: String?, limit: Int) async throws -> [Observation] {
        try await database.read { db in
            var after: Int64 = 0
            if let id {
                let row = try Int64.fetchOne(db, sql: "SELECT seq FROM observations WHERE id = ?", arguments: [id])
                guard let row else { throw Failure(.notFound, "There is no observation '\(id.prefix(80))'.") }
                after = row
            }
            let condition = scenario == nil ? "" : "AND scenario = ?2"
            var arguments: StatementArguments = [after]
            if let scenario { arguments += [scenario] }
            return try Row.fetchAll(
                db, sql: columns + " WHERE seq > ?1 \(condition) ORDER BY seq LIMIT \(limit)", arguments: arguments
            ).map { try Observation(row: $0, db) }
        }
    }

    static func features(_ row: Int64, _ db: Database) throws -> ScenarioFeatures {
        let statement = try db.cachedStatement(sql: "SELECT content FROM features WHERE id = ?")
        let content = try String.fetchOne(statement, arguments: [row]) ?? "{}"
        return try JSONDecoder().decode(ScenarioFeatures.self, from: Data(content.utf8))
    }
}

private let columns = "SELECT seq, id, scenario, features, space, genome, code, objective, created FROM observations"

extension Observation {
    fileprivate init(row: Row, _ db: Database) throws {
        let seq: Int64 = row["seq"]
        let metrics = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT name, value FROM observation_metrics WHERE observation = ?"),
            arguments: [seq])
        self.init(
            id: row["id"], scenario: row["scenario"], features: try KnowledgeStore.features(row["features"], db),
            genome: row["genome"], space: row["space"],
            code: try (row["code"] as String?).map { try ArtificialCode($0) },
            objective: row["objective"],
            metrics: Dictionary(metrics.map { ($0["name"], $0["value"]) }) { _, later in later },
            created: Date(microseconds: row["created"]))
    }
}
