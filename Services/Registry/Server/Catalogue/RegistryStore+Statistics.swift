import Foundation
import GRDB
import Model
import RegistryClient
import Synchronization

extension RegistryStore {
    /// What the registry holds, in numbers; counted again only where something has changed.
    func statistics() async throws -> CatalogueStatistics {
        try await database.read { db in
            // Every change has its event.
            let change = try Int64.fetchOne(db, sql: "SELECT MAX(seq) FROM events") ?? 0
            if let known = counted.value(at: change) { return known }
            let statistics = try Self.count(db)
            counted.keep(statistics, at: change)
            return statistics
        }
    }

    /// Walks over an index for each field that has all that is asked of models; terms are joined afterwards.
    private static func count(_ db: Database) throws -> CatalogueStatistics {
        func number(_ sql: String) throws -> UInt64 { UInt64(try Int64.fetchOne(db, sql: sql) ?? 0) }
        let tally = try Tally(db)
        return CatalogueStatistics(
            networks: try number("SELECT COUNT(*) FROM networks"), models: tally.models,
            datasets: try number("SELECT COUNT(*) FROM datasets"), blobs: try number("SELECT COUNT(*) FROM blobs"),
            blobBytes: try number("SELECT SUM(bytes) FROM blobs"), groups: tally.groups, accuracies: try tenths(db))
    }

    private static func tenths(_ db: Database) throws -> [UInt64] {
        var tenths = [UInt64](repeating: 0, count: 10)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT MIN(CAST(accuracy * 10 AS INTEGER), 9) AS tenth, COUNT(*) AS models FROM models
                WHERE accuracy IS NOT NULL GROUP BY tenth
                """)
        while let row = try rows.next() { tenths[row["tenth"] as Int] = UInt64(row["models"] as Int64) }
        return tenths
    }
}

/// Statistics with the change up to which they count.
final class CountedStatistics: Sendable {
    private let state = Mutex<(change: Int64, statistics: CatalogueStatistics)?>(nil)

    func value(at change: Int64) -> CatalogueStatistics? {
        state.withLock { $0?.change == change ? $0?.statistics : nil }
    }

    func keep(_ statistics: CatalogueStatistics, at change: Int64) { state.withLock { $0 = (change, statistics) } }
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

        mutating func add(_ row: Row) {
            models += UInt64(row["models"] as Int64)
            bytes += UInt64(row["bytes"] as Int64)
            measured += UInt64(row["measured"] as Int64)
            accuracy += row["sum"] ?? 0
            best = max(best, row["best"] ?? 0)
        }
    }

    private(set) var models: UInt64 = 0
    private var stages: [String: Sums] = [:]
    /// By the row of the term.
    private var terms: [Int64: Sums] = [:]
    private var kinds: [Int64: (kind: String, text: String)] = [:]

    init(_ db: Database) throws {
        let known = try Row.fetchCursor(db, sql: "SELECT id, kind, text FROM terms WHERE kind != 'names'")
        while let row = try known.next() { kinds[row["id"]] = (row["kind"], row["text"]) }
        for column in ["platform", "dataset", "optimizer"] {
            let rows = try Self.models(by: column, db)
            while let row = try rows.next() { terms[row[column], default: Sums()].add(row) }
        }
        let rows = try Self.models(by: "stage", db)
        while let row = try rows.next() {
            stages[row["stage"], default: Sums()].add(row)
            models += UInt64(row["models"] as Int64)
        }
        try addNetworks(db)
    }

    private static func models(by column: String, _ db: Database) throws -> RowCursor {
        try Row.fetchCursor(
            db,
            sql: """
                SELECT \(column), COUNT(*) AS models, SUM(bytes) AS bytes, COUNT(accuracy) AS measured,
                    SUM(accuracy) AS sum, MAX(accuracy) AS best
                FROM models GROUP BY \(column)
                """)
    }

    /// Networks, and their models under the words of the network.
    private mutating func addNetworks(_ db: Database) throws {
        var termsOfNetwork: [String: [Int64]] = [:]
        let links = try Row.fetchCursor(
            db, sql: "SELECT network, term FROM network_terms UNION ALL SELECT id, category FROM networks")
        while let row = try links.next() {
            let term: Int64 = row["term"]
            termsOfNetwork[row["network"], default: []].append(term)
            terms[term, default: Sums()].networks += 1
        }
        let rows = try Self.models(by: "network", db)
        while let row = try rows.next() {
            for term in termsOfNetwork[row["network"]] ?? [] { terms[term, default: Sums()].add(row) }
        }
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
