public import Foundation
public import GRDB
import Metrics
public import Model

/// The SQLite file that a service owns, and the only access to it.
///
/// ```swift
/// let database = try ServiceDatabase.open(at: directory.appending(path: "registry.sqlite")) { migrator in
///     EventLog.registerMigrations(in: &migrator)
///     migrator.registerMigration("create models") { db in
///         try db.execute(sql: "CREATE TABLE models (id TEXT PRIMARY KEY NOT NULL, code TEXT NOT NULL) STRICT")
///     }
/// }
/// let count = try await database.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM models") }
/// ```
///
/// Reading and writing suspend the caller and hold no thread: a thread of the cooperative pool that waited here for a
/// connection could be the one that the holder of the connection needs to continue, and the service would hang forever.
///
/// Migrations are append-only and named after what they do. A file of a newer version of Gyrus is rejected rather than
/// misread.
public final class ServiceDatabase: Sendable {
    /// How long a statement waits for another connection's lock before it fails.
    private static let busyTimeout: TimeInterval = 5
    /// Files up to this size are checked completely when they are opened (about 0.2 s).
    private static let checkedBytes = 256 << 20

    let connections: any DatabaseWriter
    private let writer: GroupWriter

    private let reading = Metrics.Timer(label: TransactionTimer.label, dimensions: [("operation", "read")])

    private init(_ connections: any DatabaseWriter) {
        self.connections = connections
        writer = GroupWriter(connections)
    }

    // MARK: - Use

    /// Runs the queries in one transaction that sees the current database.
    /// - Throws: The error of the queries; an error of the database as a `Failure`, retriable if it may pass.
    public func read<Value: Sendable>(_ queries: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await describingErrors {
            try await connections.read { [reading] db in try TransactionTimer.measure(reading) { try queries(db) } }
        }
    }

    /// Runs the updates in a transaction, possibly shared with other callers, and returns when it is on disk.
    ///
    /// Updates that throw undo only themselves. Cancellation of the caller's task does not interrupt updates in
    /// progress.
    /// - Throws: The error of the updates; an error of the database as a `Failure`, retriable if it may pass.
    public func write<Value: Sendable>(
        _ updates: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await describingErrors { try await writer.write(updates) }
    }

    /// Reads synchronously, for an actor on a `BlockingExecutor` whose step must not be divided.
    public func blockingRead<Value>(_ queries: (Database) throws -> Value) throws -> Value {
        BlockingExecutor.assertMayBlock()
        do { return try connections.read(queries) } catch { throw describe(error) }
    }

    /// Writes synchronously, for an actor on a `BlockingExecutor` whose step must not be divided.
    public func blockingWrite<Value>(_ updates: (Database) throws -> Value) throws -> Value {
        BlockingExecutor.assertMayBlock()
        do { return try connections.write(updates) } catch { throw describe(error) }
    }

    /// Closes the file, after everything else has ended.
    public func close() throws { try connections.close() }

    private func describingErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch { throw describe(error) }
    }

    private func describe(_ error: any Error) -> any Error {
        (error as? DatabaseError).map { Failure($0, file: connections.path) } ?? error
    }

    // MARK: - Opening

    /// Opens or creates a database file, ready to acknowledge work: WAL, every commit flushed to disk, foreign keys on.
    /// - Throws: `Failure` that names the file: `corrupt` if it is damaged or not a database, `conflict` if a newer
    ///   version of Gyrus wrote it, `permission-denied` or `unavailable` if it cannot be opened.
    public static func open(
        at url: URL, migrations: (inout DatabaseMigrator) -> Void = { _ in }
    ) throws -> ServiceDatabase {
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        } catch {
            throw Failure(
                .permissionDenied,
                "Cannot create the folder of the database \(url.path): \(error.systemReason)."
                    + " Name another with --data-directory.")
        }
        do {
            let pool = try DatabasePool(path: url.path, configuration: configuration())
            // The pool itself sets NORMAL when it turns WAL on, after `prepareDatabase`, so this comes last.
            try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
            try check(pool, at: url)
            try migrate(pool, migrations, name: url.path) { try keepCopy(of: pool, at: url, migrations: $0) }
            return ServiceDatabase(pool)
        } catch let error as DatabaseError {
            throw Failure(error, file: url.path)
        }
    }

    /// Makes an in-memory database with the same settings, for tests of stores.
    public static func inMemory(migrations: (inout DatabaseMigrator) -> Void = { _ in }) throws -> ServiceDatabase {
        let queue = try DatabaseQueue(configuration: configuration())
        try migrate(queue, migrations, name: "in memory")
        return ServiceDatabase(queue)
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(busyTimeout)
        configuration.maximumReaderCount = 4
        return configuration
    }

    /// Reads every page once, so that damage is found before work is accepted rather than in the middle of it.
    private static func check(_ pool: DatabasePool, at url: URL) throws {
        let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        guard size <= checkedBytes else { return }
        let complaint = try pool.read { db in try String.fetchOne(db, sql: "PRAGMA quick_check(1)") }
        guard complaint == nil || complaint == "ok" else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: complaint)
        }
    }

    private static func migrate(
        _ writer: some DatabaseWriter, _ migrations: (inout DatabaseMigrator) -> Void, name: String,
        before upgrade: (Int) throws -> Void = { _ in }
    ) throws {
        var migrator = DatabaseMigrator()
        migrations(&migrator)
        let known = migrator
        guard try !writer.read({ db in try known.hasBeenSuperseded(db) }) else {
            throw Failure(
                .conflict,
                "The database \(name) was written by a newer version of Gyrus. Start that version, or name another"
                    + " folder with --data-directory.")
        }
        let applied = try writer.read { db in try known.appliedIdentifiers(db).count }
        if try applied > 0 && !writer.read({ db in try known.hasCompletedMigrations(db) }) { try upgrade(applied) }
        try migrator.migrate(writer)
    }

    /// Copies the database of an older version before it is changed, for example to `registry-before-12.sqlite` if
    /// twelve migrations had been applied; a copy made by an interrupted upgrade is kept.
    private static func keepCopy(of pool: DatabasePool, at url: URL, migrations: Int) throws {
        let name = url.deletingPathExtension().lastPathComponent
        let copy = url.deletingLastPathComponent().appending(path: "\(name)-before-\(migrations).sqlite")
        guard !FileManager.default.fileExists(atPath: copy.path) else { return }
        let part = copy.appendingPathExtension("part")
        try? FileManager.default.removeItem(at: part)
        try copyDatabase(pool, to: part)
        try FileManager.default.moveItem(at: part, to: copy)
    }

    // MARK: - Copying

    /// Writes a copy of the current database, while others continue to read and write.
    public func copy(to url: URL) async throws {
        try await BlockingWork.run { try Self.copyDatabase(self.connections, to: url) }
    }

    private static func copyDatabase(_ source: some DatabaseReader, to url: URL) throws {
        let copy = try DatabaseQueue(path: url.path)
        try source.backup(to: copy)
        // A single file, without a separate log.
        try copy.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
        try copy.close()
    }

    /// The sizes of the database's files, by their kind.
    public var fileSizes: [(file: String, bytes: UInt64)] {
        [("main", ""), ("log", "-wal")].compactMap { name, suffix in
            let attributes = try? FileManager.default.attributesOfItem(atPath: connections.path + suffix)
            return (attributes?[.size] as? NSNumber).map { (name, $0.uint64Value) }
        }
    }
}

extension Failure {
    /// Converts a database error to a failure that says what to do with the file.
    public init(_ error: DatabaseError, file: String) {
        let reason = error.message ?? "SQLite code \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(
                .corrupt,
                "The database \(file) is damaged or not a database (\(reason)). Restore it from a backup, or move it"
                    + " (and its -wal file) away to start with an empty one.")
        case .SQLITE_FULL:
            self.init(.busy, "The database \(file) cannot grow: the disk is full. Free some space, then try again.")
        case .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_ABORT, .SQLITE_INTERRUPT, .SQLITE_PROTOCOL:
            self.init(
                .unavailable,
                "The database \(file) cannot be read or written at the moment (\(reason)). If this persists, check the"
                    + " disk and the system log.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.busy, "The database \(file) is in use by another process (\(reason)).")
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
            self.init(
                .permissionDenied,
                "The database \(file) cannot be opened for writing (\(reason)). Check the folder and its owner.",
                // A disk with errors becomes read-only until someone repairs it.
                isRetriable: true)
        default:
            self.init(.internal, "The database \(file) failed: \(reason).")
        }
    }
}
