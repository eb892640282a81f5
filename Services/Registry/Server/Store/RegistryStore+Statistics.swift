import Foundation
import GRDB
import Model
import RegistryClient
import ServiceClient
public import ServiceKit
import Storage

extension RegistryStore {
    /// Metrics of the registry's contents.
    public var metrics: MetricSource {
        {
            try await database.read { db in
                func number(_ sql: String) throws -> Double { Double(try Int64.fetchOne(db, sql: sql) ?? 0) }
                let kinds = ["networks", "models", "datasets"]
                return [
                    MetricSample(.blobs, try number("SELECT COUNT(*) FROM blobs")),
                    MetricSample(.blobBytes, try number("SELECT SUM(bytes) FROM blobs")),
                    MetricSample(.diskBlobs, try number("SELECT COUNT(*) FROM blobs WHERE moved IS NULL")),
                ] + (try kinds.map { MetricSample(.entries, [("kind", $0)], try number("SELECT COUNT(*) FROM \($0)")) })
            }
        }
    }

    /// Statistics of the registry.
    func statistics() async throws -> CatalogStatistics {
        try await database.read { db in
            func number(_ sql: String) throws -> UInt64 { UInt64(try Int64.fetchOne(db, sql: sql) ?? 0) }
            let tally = try Tally(db)
            return CatalogStatistics(
                networks: try number("SELECT COUNT(*) FROM networks"), models: tally.models,
                datasets: try number("SELECT COUNT(*) FROM datasets"), blobs: try number("SELECT COUNT(*) FROM blobs"),
                blobBytes: try number("SELECT SUM(bytes) FROM blobs"), groups: tally.groups,
                accuracies: tally.accuracies,
                parameters: try number(
                    """
                    SELECT SUM(model_sums.models * networks.parameters) FROM model_sums
                    JOIN networks ON networks.id = model_sums.key WHERE model_sums.field = 'network'
                    """))
        }
    }
}

/// Sums by term, from the sums that the database maintains for each field of a model.
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
            accuracy += row["accuracy"]
            best = max(best, row["best"] ?? 0)
        }
    }

    private(set) var models: UInt64 = 0
    /// Number of models in each accuracy interval.
    private(set) var accuracies = [UInt64](repeating: 0, count: 10)
    private var stages: [String: Sums] = [:]
    /// Sums by row of the term.
    private var terms: [Int64: Sums] = [:]
    private var kinds: [Int64: (kind: String, text: String)] = [:]

    init(_ db: Database) throws {
        let known = try Row.fetchCursor(db, sql: "SELECT id, kind, text FROM terms WHERE kind != 'names'")
        while let row = try known.next() { kinds[row["id"]] = (row["kind"], row["text"]) }
        let words = try wordsOfNetworks(db)
        let sums = try Row.fetchCursor(db, sql: "SELECT * FROM model_sums WHERE models > 0")
        while let row = try sums.next() {
            switch row["field"] as String {
            case "network": for term in words[row["key"]] ?? [] { terms[term, default: Sums()].add(row) }
            case "stage":
                stages[row["key"], default: Sums()].add(row)
                models += UInt64(row["models"] as Int64)
            case "tenth": accuracies[row["key"] as Int] = UInt64(row["models"] as Int64)
            default: terms[row["key"], default: Sums()].add(row)
            }
        }
    }

    /// The terms of each network, which also count for the network itself.
    private mutating func wordsOfNetworks(_ db: Database) throws -> [String: [Int64]] {
        var words: [String: [Int64]] = [:]
        let links = try Row.fetchCursor(
            db, sql: "SELECT network, term FROM network_terms UNION ALL SELECT id, category FROM networks")
        while let row = try links.next() {
            let term: Int64 = row["term"]
            words[row["network"], default: []].append(term)
            terms[term, default: Sums()].networks += 1
        }
        return words
    }

    /// Groups by field, largest first.
    var groups: [CatalogStatistics.Group] {
        let ofTerms = terms.compactMap { term, sums in kinds[term].map { group($0.kind, $0.text, sums) } }
        let ofStages = stages.map { group("stages", $0.key, $0.value) }
        return (ofTerms + ofStages).sorted {
            ($0.field, $1.models, $1.networks, $0.term) < ($1.field, $0.models, $0.networks, $1.term)
        }
    }

    private func group(_ field: String, _ term: String, _ sums: Sums) -> CatalogStatistics.Group {
        let mean = sums.measured > 0 ? sums.accuracy / Double(sums.measured) : nil
        return CatalogStatistics.Group(
            field: field, term: term, networks: sums.networks, models: sums.models, bytes: sums.bytes,
            measured: sums.measured, meanAccuracy: mean, bestAccuracy: mean == nil ? nil : sums.best)
    }
}
