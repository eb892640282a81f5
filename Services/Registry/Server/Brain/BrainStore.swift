public import Brain
public import Foundation
import GRDB
import Model
import RegistryClient
public import Storage
import Synchronization

/// The atlas and areas in the registry's database; every method is one transaction.
///
/// The database stores an atlas as its files. The last one read stays in memory, because nearly every request needs it.
public struct BrainStore: Sendable {
    let database: ServiceDatabase
    let events: EventLog
    let now: @Sendable () -> Date
    private let cache = AtlasCache()

    /// Makes a store over a migrated database.
    /// - Parameter now: Current time, replaced in tests.
    public init(
        _ database: ServiceDatabase, events: EventLog, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.database = database
        self.events = events
        self.now = now
    }

    /// Adds an atlas and the areas that follow from it, if there is none yet.
    ///
    /// Networks registered before belong to the areas that their codes name.
    public func seed(with files: AtlasFiles = .shipped) async throws {
        try await database.write { db in
            guard try Int.fetchOne(db, sql: "SELECT 1 FROM atlases LIMIT 1") == nil else { return }
            _ = try self.install(try Atlas(files), in: db)
        }
    }

    /// Replaces the atlas after validating it as a whole, and recomputes the areas that have not been changed by hand.
    /// - Returns: The changes.
    func replaceAtlas(by files: AtlasFiles) async throws -> [AtlasChange] {
        let atlas = try Atlas(files)
        return try await database.write { db in try self.install(atlas, in: db) }
    }

    private func install(_ atlas: Atlas, in db: Database) throws -> [AtlasChange] {
        let (files, digest) = (atlas.files, atlas.files.digest)
        let old = try Int.fetchOne(db, sql: "SELECT 1 FROM atlases LIMIT 1") == nil ? nil : try map(in: db)
        if let old {
            let changes = atlas.changes(from: old.atlas)
            // The same tables without source notes do not erase the sources already known.
            let isSame = atlas.sources.isEmpty || atlas.sources == old.atlas.sources
            if isSame, changes.allSatisfy(\.isEmpty) { return changes }
        }
        try db.execute(
            sql: "INSERT INTO atlases (digest, imported) VALUES (?, ?)",
            arguments: [digest.hexadecimal, now().microseconds])
        let number = db.lastInsertedRowID
        for (name, text) in files.texts {
            try db.execute(
                sql: "INSERT INTO atlas_files (atlas, name, text) VALUES (?, ?, ?)", arguments: [number, name, text])
        }
        try AreaEditor(db: db, atlas: atlas, store: self).compute()
        try events.append(
            kind: "atlas.imported", subject: digest.hexadecimal,
            attributes: ["regions": "\(atlas.regions.count)", "functions": "\(atlas.functions.count)"], in: db)
        guard let old else { return [] }
        let new = AreaMap(atlas, try AreaTable.all(db))
        return atlas.changes(from: old.atlas)
            + [AtlasChange("areas and sub-areas", from: old.regionsByPath, to: new.regionsByPath)]
    }

    // MARK: Reading

    /// The atlas as its files, and when it was imported.
    func atlasFiles() async throws -> (files: AtlasFiles, imported: Date) {
        try await database.read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM atlases ORDER BY number DESC LIMIT 1") else {
                throw Failure(.notFound, "The registry has no atlas yet; import one with: gyrus atlas import DIR")
            }
            return (try Self.files(of: row["number"], in: db), Date(microseconds: row["imported"]))
        }
    }

    private static func files(of atlas: Int64, in db: Database) throws -> AtlasFiles {
        let rows = try Row.fetchAll(db, sql: "SELECT name, text FROM atlas_files WHERE atlas = ?", arguments: [atlas])
        return AtlasFiles(Dictionary(rows.map { ($0["name"], $0["text"]) }) { first, _ in first })
    }

    /// The atlas with all areas.
    func map(in db: Database) throws -> AreaMap {
        let row = try Row.fetchOne(db, sql: "SELECT number, digest FROM atlases ORDER BY number DESC LIMIT 1")
        guard let row else { return AreaMap(Atlas.shipped, []) }
        let atlas = try cache.atlas(digest: row["digest"]) { try Atlas(Self.files(of: row["number"], in: db)) }
        return AreaMap(atlas, try AreaTable.all(db))
    }

    /// What a scenario engages.
    func explain(_ request: Resolver.Request) async throws -> Explanation {
        let (map, digest, networks) = try await database.read { db in
            let digest = try String.fetchOne(db, sql: "SELECT digest FROM atlases ORDER BY number DESC LIMIT 1")
            return (try self.map(in: db), digest, try AreaTable.networkNames(db))
        }
        let identity = try digest.map { try BlobDigest($0) } ?? map.atlas.files.digest
        return try Resolver(map, digest: identity, networks: networks).explain(request)
    }
}

/// The last atlas read.
private final class AtlasCache: Sendable {
    private let state = Mutex<(digest: String, atlas: Atlas)?>(nil)

    func atlas(digest: String, read: () throws -> Atlas) throws -> Atlas {
        if let known = state.withLock({ $0 }), known.digest == digest { return known.atlas }
        let atlas = try read()
        state.withLock { $0 = (digest, atlas) }
        return atlas
    }
}

extension AreaMap {
    /// Region strengths by area name, for areas that have regions.
    fileprivate var regionsByPath: [String: [String: Double]] {
        let all = areas.map { area in
            let ties = regions(of: area).map { ($0.value.name, $0.strength) }
            return (path(of: area), Dictionary(ties) { first, _ in first })
        }
        return Dictionary(all.filter { !$0.1.isEmpty }) { first, _ in first }
    }
}
