import Foundation
import GRDB
import Model
import RegistryClient

extension RegistryStore {
    /// What the registry holds, in numbers.
    ///
    /// One walk over an index that has all that is asked of models; the terms of the few networks and dictionaries are
    /// joined afterwards.
    func statistics() async throws -> CatalogueStatistics {
        try await database.read { db in
            func number(_ sql: String) throws -> UInt64 { UInt64(try Int64.fetchOne(db, sql: sql) ?? 0) }
            var tally = try Tally(db)
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT network, platform, dataset, optimizer, stage, COUNT(*) AS models, SUM(bytes) AS bytes,
                        COUNT(accuracy) AS measured, SUM(accuracy) AS sum, MAX(accuracy) AS best
                    FROM models GROUP BY network, platform, dataset, optimizer, stage
                    """)
            while let row = try rows.next() { tally.add(row) }
            return CatalogueStatistics(
                networks: try number("SELECT COUNT(*) FROM networks"), models: tally.models,
                datasets: try number("SELECT COUNT(*) FROM datasets"), blobs: try number("SELECT COUNT(*) FROM blobs"),
                blobBytes: try number("SELECT SUM(bytes) FROM blobs"), groups: tally.groups,
                accuracies: try Self.tenths(db))
        }
    }

    private static func tenths(_ db: Database) throws -> [UInt64] {
        var tenths = [UInt64](repeating: 0, count: 10)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT MIN(CAST(COALESCE(accuracy, -1) * 10 AS INTEGER), 9) AS tenth, COUNT(*) AS models FROM models
                WHERE COALESCE(accuracy, -1) >= 0 GROUP BY tenth
                """)
        while let row = try rows.next() { tenths[row["tenth"] as Int] = UInt64(row["models"] as Int64) }
        return tenths
    }
}

/// Sums by term.
private struct Tally {
    private struct Sums {
        var networks: UInt64 = 0
        var models: UInt64 = 0
        var bytes: UInt64 = 0
        var measured: UInt64 = 0
        var accuracy = 0.0
        var best = 0.0

        mutating func add(_ other: Sums) {
            models += other.models
            bytes += other.bytes
            measured += other.measured
            accuracy += other.accuracy
            best = max(best, other.best)
        }
    }

    private(set) var models: UInt64 = 0
    private var stages: [String: Sums] = [:]
    /// By the row of the term.
    private var terms: [Int64: Sums] = [:]
    private var kinds: [Int64: (kind: String, text: String)] = [:]
    private var termsOfNetwork: [String: [Int64]] = [:]

    /// Learns the terms of all networks and counts those.
    init(_ db: Database) throws {
        let known = try Row.fetchCursor(db, sql: "SELECT id, kind, text FROM terms WHERE kind != 'names'")
        while let row = try known.next() { kinds[row["id"]] = (row["kind"], row["text"]) }
        let links = try Row.fetchCursor(
            db,
            sql: "SELECT network, term FROM network_terms UNION ALL SELECT id, category FROM networks")
        while let row = try links.next() {
            let term: Int64 = row["term"]
            termsOfNetwork[row["network"], default: []].append(term)
            terms[term, default: Sums()].networks += 1
        }
    }

    mutating func add(_ row: Row) {
        let sums = Sums(
            models: UInt64(row["models"] as Int64), bytes: UInt64(row["bytes"] as Int64),
            measured: UInt64(row["measured"] as Int64), accuracy: row["sum"] ?? 0, best: row["best"] ?? 0)
        models += sums.models
        stages[row["stage"], default: Sums()].add(sums)
        let own: [Int64] = [row["platform"], row["dataset"], row["optimizer"]]
        for term in own + (termsOfNetwork[row["network"]] ?? []) { terms[term, default: Sums()].add(sums) }
    }

    /// By field, the largest groups first.
    var groups: [CatalogueStatistics.Group] {
        let ofTerms = terms.compactMap { term, sums in kinds[term].map { group($0.kind, $0.text, sums) } }
        let ofStages = stages.map { group("stages", $0.key, $0.value) }
        return (ofTerms + ofStages).sorted {
            ($0.field, $1.models, $1.networks, $0.term) < ($1.field, $0.models, $0.networks, $1.term)
        }
    }

    private func group(_ field: String, _ term: String, _ sums: Sums) -> CatalogueStatistics.Group {
        let mean = sums.measured > 0 ? sums.accuracy / Double(sums.measured) : nil
        return CatalogueStatistics.Group(
            field: field, term: term, networks: sums.networks, models: sums.models, bytes: sums.bytes,
            measured: sums.measured, meanAccuracy: mean, bestAccuracy: mean == nil ? nil : sums.best)
    }
}
