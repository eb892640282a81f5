import Foundation
import GRDB
import KnowledgeAttention
import KnowledgeClient
import Model
import Storage

// Outcomes by kind of scenario, and the weights learned from them.

extension KnowledgeStore {
    /// Outcomes of the kinds of scenarios with observations after a given one, oldest observations first.
    /// - Parameter limit: Maximum number of kinds of scenarios; the latest ones are chosen.
    /// - Returns: For each kind its outcomes, and the number of the last observation included in them.
    func outcomes(after sequence: Int64, limit: Int) async throws -> [(outcomes: ScenarioOutcomes, last: Int64)] {
        try await database.read { db in
            let last = try Int64.fetchOne(db, sql: "SELECT MAX(seq) FROM observations") ?? 0
            guard last > sequence else { return [] }
            let kinds = try Row.fetchAll(
                db,
                sql: """
                    SELECT features, space, MAX(seq) AS last FROM observations WHERE seq > ?
                    GROUP BY features, space ORDER BY last DESC LIMIT ?
                    """, arguments: [sequence, limit])
            return try kinds.reversed().map { (try Self.outcomes(of: $0["features"], $0["space"], db), $0["last"]) }
        }
    }

    private static func outcomes(of row: Int64, _ space: String, _ db: Database) throws -> ScenarioOutcomes {
        let statement = try db.cachedStatement(
            sql: """
                SELECT genome, MAX(code) AS code, AVG(objective) AS objective FROM observations
                WHERE features = ? AND space = ? GROUP BY genome
                """)
        let outcomes = try Row.fetchAll(statement, arguments: [row, space]).map { outcome in
            let code = try (outcome["code"] as String?).map { try ArtificialCode($0) }
            let key = ModelKey(space: space, genome: outcome["genome"])
            let scores = try space == ModelKey.pretrained ? scores(of: key, row, db) : [:]
            return ScenarioOutcomes.Outcome(
                model: ModelCandidate(key: key, code: code, scores: scores), objective: outcome["objective"])
        }
        let digest = BlobDigest(hashing: Array("\(row) \(space)".utf8)).hexadecimal.prefix(15)
        return ScenarioOutcomes(
            id: UInt64(digest, radix: 16) ?? 0, features: try features(row, db), space: space, outcomes: outcomes)
    }

    private static func scores(of key: ModelKey, _ features: Int64, _ db: Database) throws -> [String: Double] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT name, AVG(value) AS value FROM observation_metrics JOIN observations ON observation = seq
                WHERE features = ? AND space = ? AND genome = ? AND name LIKE 'score.%' GROUP BY name
                """)
        let rows = try Row.fetchAll(statement, arguments: [features, key.space, key.genome])
        let named = rows.map { row in
            (String((row["name"] as String).dropFirst(Observation.scorePrefix.count)), row["value"] as Double)
        }
        return Dictionary(named) { $1 }
    }

    /// The latest weights if they are of this version, and the last observation that they reflect.
    func attention(version: String) async throws -> (weights: [Float]?, last: Int64) {
        try await database.read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT weights, last FROM attention WHERE version = ?", arguments: [version])
            guard let row else { return (nil, 0) }
            let bytes: Data = row["weights"]
            let weights = bytes.withUnsafeBytes { buffer in
                stride(from: 0, to: buffer.count - 3, by: 4).map {
                    buffer.loadUnaligned(fromByteOffset: $0, as: Float.self)
                }
            }
            return (weights, row["last"])
        }
    }

    /// Records that observations up to one offer nothing to learn.
    func noteLearned(last: Int64) async throws {
        try await database.write { db in
            try db.execute(sql: "UPDATE attention SET last = ?1 WHERE last < ?1", arguments: [last])
        }
    }

    /// Replaces the stored weights with the result of a learning run.
    func keep(_ training: RankerTraining.Outcome, version: String, last: Int64, seconds: Double) async throws {
        let bytes = training.weights.withUnsafeBytes { Data($0) }
        try await database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO attention (id, version, weights, last, learned) VALUES (1, ?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET version = excluded.version, weights = excluded.weights,
                        last = excluded.last, learned = excluded.learned
                    """, arguments: [version, bytes, last, Date().microseconds])
            try events.append(
                kind: "attention.learned", subject: "attention",
                attributes: [
                    "fresh": "\(training.fresh)", "scenarios": "\(training.scenarios)", "loss": "\(training.loss)",
                    "seconds": "\(seconds)",
                ], in: db)
        }
    }
}
