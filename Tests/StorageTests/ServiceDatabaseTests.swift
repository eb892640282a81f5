import Foundation
import GRDB
import Model
import TestSupport
import Testing

@testable import Storage

struct ServiceDatabaseTests {
    private let directory: TemporaryDirectory
    private var file: URL { directory.file("state/service.sqlite") }

    init() throws { directory = try TemporaryDirectory() }

    @Test func `the writer flushes every commit and keeps foreign keys`() async throws {
        let database = try ServiceDatabase.open(at: file)
        let settings = try await database.connections.writeWithoutTransaction { db in
            try ["synchronous", "foreign_keys", "busy_timeout"].map { name in
                try Int.fetchOne(db, sql: "PRAGMA \(name)")
            }
        }
        #expect(settings == [2, 1, 5_000])
        #expect(try await database.read { db in try String.fetchOne(db, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test func `a database is reopened with its rows`() async throws {
        let migrations: (inout DatabaseMigrator) -> Void = { migrator in
            migrator.registerMigration("create notes") { db in
                try db.execute(sql: "CREATE TABLE notes (text TEXT NOT NULL) STRICT")
            }
        }
        try await ServiceDatabase.open(at: file, migrations: migrations).write { db in
            try db.execute(sql: "INSERT INTO notes VALUES ('kept')")
        }
        let notes = try await ServiceDatabase.open(at: file, migrations: migrations).read { db in
            try String.fetchAll(db, sql: "SELECT text FROM notes")
        }
        #expect(notes == ["kept"])
    }

    @Test func `a database of an older version is copied before migration, and a newer one is refused`()
        async throws
    {
        let old: (inout DatabaseMigrator) -> Void = { migrator in
            migrator.registerMigration("create notes") { db in
                try db.execute(sql: "CREATE TABLE notes (text TEXT NOT NULL) STRICT")
            }
        }
        let new: (inout DatabaseMigrator) -> Void = { migrator in
            old(&migrator)
            migrator.registerMigration("drop notes") { db in try db.execute(sql: "DROP TABLE notes") }
        }
        let first = try ServiceDatabase.open(at: file, migrations: old)
        try await first.write { db in try db.execute(sql: "INSERT INTO notes VALUES ('kept')") }
        try first.close()
        func names() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: directory.file("state").path)
                .filter { $0.hasSuffix(".sqlite") }.sorted()
        }
        #expect(try names() == ["service.sqlite"])
        try ServiceDatabase.open(at: file, migrations: new).close()
        #expect(try names() == ["service-before-1.sqlite", "service.sqlite"])
        // The copy is complete in one file: the older version can open it.
        let copy = try ServiceDatabase.open(at: directory.file("state/service-before-1.sqlite"), migrations: old)
        #expect(try await copy.read { db in try String.fetchAll(db, sql: "SELECT text FROM notes") } == ["kept"])
        let failure = try #require(throws: Failure.self) { try ServiceDatabase.open(at: file, migrations: old) }
        #expect(failure.code == .conflict && failure.message.contains("newer version"))
    }

    @Test func `a copy is consistent while others write`() async throws {
        let database = try ServiceDatabase.open(at: file) { migrator in
            migrator.registerMigration("create numbers") { db in
                try db.execute(sql: "CREATE TABLE numbers (number INTEGER NOT NULL) STRICT")
            }
        }
        let writer = Task {
            var number = 0
            while !Task.isCancelled {
                number += 1
                // Both rows or none.
                let value = number
                try await database.write { db in
                    try db.execute(sql: "INSERT INTO numbers VALUES (?)", arguments: [value])
                    try db.execute(sql: "INSERT INTO numbers VALUES (?)", arguments: [-value])
                }
            }
        }
        for round in 1...5 {
            let place = directory.file("copy-\(round).sqlite")
            try await database.copy(to: place)
            let copy = try DatabaseQueue(path: place.path)
            let (sum, check) = try await copy.read { db in
                (
                    try Int.fetchOne(db, sql: "SELECT TOTAL(number) FROM numbers"),
                    try String.fetchOne(db, sql: "PRAGMA integrity_check")
                )
            }
            #expect(sum == 0 && check == "ok")
        }
        writer.cancel()
        try await writer.value
    }

    @Test(arguments: [Data("not a database at all, but long enough".utf8), Data(repeating: 0x5A, count: 8_192)])
    func `a file that is not a database is named in the failure`(content: Data) throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: file)
        let failure = #expect(throws: Failure.self) { try ServiceDatabase.open(at: file) }
        #expect(failure?.code == .corrupt)
        #expect(failure?.message.contains(file.path) == true)
    }

    @Test func `a damaged page is found when the database is opened`() async throws {
        let database = try ServiceDatabase.open(at: file)
        try await database.write { db in
            try db.execute(sql: "CREATE TABLE notes (text TEXT NOT NULL) STRICT")
            for number in 0..<2_000 {
                try db.execute(sql: "INSERT INTO notes VALUES (?)", arguments: ["a note that fills pages \(number)"])
            }
        }
        _ = try await database.connections.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
        try database.close()
        var content = try Data(contentsOf: file)
        content.replaceSubrange(8_192..<12_288, with: Data(repeating: 0xA5, count: 4_096))
        try content.write(to: file)
        let failure = #expect(throws: Failure.self) { try ServiceDatabase.open(at: file) }
        #expect(failure?.code == .corrupt)
    }

    @Test func `a database of a newer version is refused`() throws {
        try ServiceDatabase.open(at: file) { migrator in
            migrator.registerMigration("from the future") { _ in }
        }.close()
        let failure = #expect(throws: Failure.self) { try ServiceDatabase.open(at: file) }
        #expect(failure?.code == .conflict)
    }

    @Test func `a folder that cannot be created is named in the failure`() throws {
        let blocked = directory.file("file")
        try Data().write(to: blocked)
        let failure = #expect(throws: Failure.self) {
            try ServiceDatabase.open(at: blocked.appending(path: "service.sqlite"))
        }
        #expect(failure?.message.contains(blocked.path) == true)
    }

    @Test(arguments: [
        (ResultCode.SQLITE_FULL, true), (.SQLITE_IOERR, true), (.SQLITE_IOERR_FSYNC, true), (.SQLITE_NOMEM, true),
        (.SQLITE_BUSY, true), (.SQLITE_READONLY, true), (.SQLITE_CANTOPEN, true), (.SQLITE_CORRUPT, false),
        (.SQLITE_CONSTRAINT, false),
    ])
    func `temporary errors are retriable, for readers and writers`(_ code: ResultCode, _ expected: Bool) async throws {
        let database = try ServiceDatabase.open(at: file)
        let failing: @Sendable (Database) throws -> Void = { _ in throw DatabaseError(resultCode: code) }
        let attempts: [() async throws -> Void] = [
            { try await database.read(failing) }, { try await database.write(failing) },
        ]
        for attempt in attempts {
            let failure = await #expect(throws: Failure.self) { try await attempt() }
            #expect(failure?.isRetriable == expected)
            #expect(failure?.message.contains(file.path) == true)
        }
    }

    @Test func `a full disk undoes the write, and the next one succeeds`() async throws {
        let database = try ServiceDatabase.open(at: file) { migrator in
            migrator.registerMigration("create notes") { db in try db.execute(sql: "CREATE TABLE notes (text BLOB)") }
        }
        // SQLite's page limit simulates a full disk.
        try await database.write { db in try db.execute(sql: "PRAGMA max_page_count = 16") }
        let failure = await #expect(throws: Failure.self) {
            try await database.write { db in try db.execute(sql: "INSERT INTO notes VALUES (zeroblob(1000000))") }
        }
        #expect(failure?.code == .busy && failure?.isRetriable == true)
        try await database.write { db in try db.execute(sql: "INSERT INTO notes VALUES (zeroblob(10))") }
        #expect(try await database.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM notes") } == 1)
    }

    @Test func `a task that would block its thread on the database crashes a debug build`() async {
        await #expect(processExitsWith: .failure) {
            let database = try ServiceDatabase.inMemory()
            _ = try database.blockingRead { db in try Int.fetchOne(db, sql: "SELECT 1") }
        }
    }

    @Test func `an actor with its own queue may block on the database`() async throws {
        #expect(try await BlockingReader(database: ServiceDatabase.inMemory()).read() == 1)
    }

    @Test func `blocking work leaves the threads of the pool free`() async throws {
        // More than the pool's threads: all of them wait for a gate that a task must open.
        let gate = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 { group.addTask { try await BlockingWork.run { gate.wait() } } }
            let opener = Task { for _ in 0..<4 { gate.signal() } }
            await opener.value
            try await group.waitForAll()
        }
    }

    @Test func `one folder belongs to one process at a time`() throws {
        let lock = try DirectoryLock(directory.url)
        let failure = #expect(throws: Failure.self) { try DirectoryLock(directory.url) }
        #expect(failure?.code == .conflict)
        withExtendedLifetime(lock) {}
    }
}

private actor BlockingReader {
    private nonisolated let queue = BlockingExecutor(label: "test")
    private let database: ServiceDatabase

    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    init(database: ServiceDatabase) { self.database = database }

    func read() throws -> Int? { try database.blockingRead { db in try Int.fetchOne(db, sql: "SELECT 1") } }
}
