public import Foundation
import GRDB
import Model
import Networks
import RegistryClient
public import Storage

/// Networks, models, datasets and dictionaries in the registry's database; every method is one transaction.
public struct RegistryStore: Sendable {
    let database: ServiceDatabase
    let events: EventLog
    let now: @Sendable () -> Date

    /// Makes a store over a migrated database.
    /// - Parameter now: Current time, replaced in tests.
    public init(
        _ database: ServiceDatabase, events: EventLog, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.database = database
        self.events = events
        self.now = now
    }
}

// MARK: - Base networks

extension RegistryStore {
    /// Adds a network with a checked description; a known one is left unchanged.
    func add(_ network: BaseNetwork, _ structure: NetworkStructure, id: BlobDigest) async throws -> BaseNetwork {
        try await database.write { db in try add(network, structure, id: id, in: db) }
    }

    /// Adds a network in the caller's transaction.
    func add(
        _ network: BaseNetwork, _ structure: NetworkStructure, id: BlobDigest, in db: Database
    ) throws -> BaseNetwork {
        if let known = try Self.network(id, db) { return known }
        try NetworkRow.insert(network, structure, id: id, created: now().microseconds, db)
        try events.append(
            kind: "network.registered", subject: id.hexadecimal,
            attributes: ["name": network.name, "parameters": "\(network.parameters)"], in: db)
        return try Self.network(id, db) ?? network
    }

    /// One network with its description.
    func network(_ id: BlobDigest) async throws -> BaseNetwork {
        guard let network = try await database.read({ db in try Self.network(id, db) }) else {
            throw Failure(.notFound, "There is no base network \(id). List the known ones with: gyrus networks")
        }
        return network
    }

    /// Networks without descriptions, in the requested order.
    func networks(_ query: CatalogQuery) async throws -> [BaseNetwork] {
        let clause = try query.clause(.networks)
        return try await database.read { db in
            try Row.fetchAll(
                db, sql: NetworkRow.columns(description: "''") + clause.sql, arguments: clause.arguments
            ).map { try BaseNetwork(row: $0, db) }
        }
    }

    static func network(_ id: BlobDigest, _ db: Database) throws -> BaseNetwork? {
        let statement = try db.cachedStatement(
            sql: NetworkRow.columns(description: "networks.description") + " WHERE networks.id = ?")
        return try Row.fetchOne(statement, arguments: [id.hexadecimal]).map { try BaseNetwork(row: $0, db) }
    }
}

// MARK: - Datasets

extension RegistryStore {
    /// Adds a dataset whose blob exists; a known recipe is left unchanged, but features get a new creation time.
    func add(_ dataset: RegisteredDataset) async throws -> RegisteredDataset {
        let attributes = String(decoding: try JSONEncoder().encode(dataset.attributes), as: UTF8.self)
        return try await database.write { db in
            if let known = try Self.dataset(dataset.recipe, db) {
                if known.attributes[RegisteredDataset.featureWeights] != nil {
                    try db.execute(
                        sql: "UPDATE datasets SET created = ? WHERE recipe = ?",
                        arguments: [now().microseconds, known.recipe.hexadecimal])
                }
                return known
            }
            var dataset = dataset
            dataset.bytes = try BlobStore.pin(dataset.blob, as: "dataset", db)
            try db.execute(
                sql: """
                    INSERT INTO datasets (recipe, name, blob, bytes, classes, attributes, created)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    dataset.recipe.hexadecimal, dataset.name, dataset.blob.hexadecimal, Int64(clamping: dataset.bytes),
                    dataset.classes, attributes, now().microseconds,
                ])
            try events.append(
                kind: "dataset.registered", subject: dataset.recipe.hexadecimal,
                attributes: ["name": dataset.name, "blob": dataset.blob.hexadecimal, "bytes": "\(dataset.bytes)"],
                in: db)
            return dataset
        }
    }

    /// Replaces a lost blob.
    func replaceBlob(of dataset: RegisteredDataset) async throws -> RegisteredDataset {
        try await database.write { db in
            var dataset = dataset
            dataset.bytes = try BlobStore.pin(dataset.blob, as: "dataset", db)
            try db.execute(
                sql: "UPDATE datasets SET blob = ?, bytes = ? WHERE recipe = ?",
                arguments: [dataset.blob.hexadecimal, Int64(clamping: dataset.bytes), dataset.recipe.hexadecimal])
            return dataset
        }
    }

    /// The dataset that a recipe prepared.
    func dataset(_ recipe: BlobDigest) async throws -> RegisteredDataset {
        guard let dataset = try await database.read({ db in try Self.dataset(recipe, db) }) else {
            throw Failure(.notFound, "There is no dataset with recipe \(recipe).")
        }
        return dataset
    }

    /// Datasets by recipe.
    func datasets(_ query: CatalogQuery) async throws -> [RegisteredDataset] {
        let clause = try query.clause(.datasets)
        return try await database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM datasets" + clause.sql, arguments: clause.arguments)
                .map(RegisteredDataset.init(row:))
        }
    }

    static func dataset(_ recipe: BlobDigest, _ db: Database) throws -> RegisteredDataset? {
        try Row.fetchOne(db, sql: "SELECT * FROM datasets WHERE recipe = ?", arguments: [recipe.hexadecimal])
            .map(RegisteredDataset.init(row:))
    }
}

// MARK: - Dictionaries

extension RegistryStore {
    /// The terms of one dictionary, or of all.
    func terms(of kind: CodeDictionaries.Kind?) async throws -> [CodeDictionaries.Term] {
        try await database.read { db in try Terms.all(of: kind, db) }
    }

    /// The integer form of a code; adds words that are missing from the dictionaries.
    func encode(_ code: ArtificialCode) async throws -> [UInt32] {
        try await database.write { db in try Terms.encode(code, db) }
    }

    /// The code of an integer form.
    func decode(_ numbers: [UInt32]) async throws -> ArtificialCode {
        try await database.read { db in try CodeDictionaries(Terms.all(db)).decode(numbers) }
    }
}

// MARK: - Rows

extension RegisteredDataset {
    fileprivate init(row: Row) throws {
        let attributes = Data((row["attributes"] as String).utf8)
        self.init(
            name: row["name"], recipe: try BlobDigest(row["recipe"]), blob: try BlobDigest(row["blob"]),
            bytes: UInt64(row["bytes"] as Int64), classes: row["classes"],
            attributes: try JSONDecoder().decode([String: String].self, from: attributes))
    }
}
