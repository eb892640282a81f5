import Foundation
import GRDB
import Model
import Storage
import TestSupport
import Testing

struct ServiceDatabaseTests {
    private let directory: TemporaryDirectory
    private var file: URL { directory.file("state/service.sqlite") }

    init() throws { directory = try TemporaryDirectory() }

    @Test func `the writer flushes every commit and keeps foreign keys`() throws {
        let pool = try ServiceDatabase.open(at: file)
        let settings = try pool.writeWithoutTransaction { db in
            try ["synchronous", "foreign_keys", "busy_timeout"].map { name in
                try Int.fetchOne(db, sql: "PRAGMA \(name)")
            }
        }
        #expect(settings == [2, 1, 5_000])
        #expect(try pool.read { db in try String.fetchOne(db, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test func `a database opens again with its rows`() throws {
        let migrations: (inout DatabaseMigrator) -> Void = { migrator in
            migrator.registerMigration("create notes") { db in
                try db.execute(sql: "CREATE TABLE notes (text TEXT NOT NULL) STRICT")
            }
        }
        try ServiceDatabase.open(at: file, migrations: migrations).write { db in
            try db.execute(sql: "INSERT INTO notes VALUES ('kept')")
        }
        let notes = try ServiceDatabase.open(at: file, migrations: migrations).read { db in
            try String.fetchAll(db, sql: "SELECT text FROM notes")
        }
        #expect(notes == ["kept"])
    }

    @Test(arguments: [Data("not a database at all, but long enough".utf8), Data(repeating: 0x5A, count: 8_192)])
    func `a file that is no database is named in the failure`(content: Data) throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: file)
        let failure = #expect(throws: Failure.self) { try ServiceDatabase.open(at: file) }
        #expect(failure?.code == .corrupt)
        #expect(failure?.message.contains(file.path) == true)
    }

    @Test func `a damaged page is found when the database is opened`() throws {
        let pool = try ServiceDatabase.open(at: file)
        try pool.write { db in
            try db.execute(sql: "CREATE TABLE notes (text TEXT NOT NULL) STRICT")
            for number in 0..<2_000 {
                try db.execute(sql: "INSERT INTO notes VALUES (?)", arguments: ["a note that fills pages \(number)"])
            }
        }
        _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
        try pool.close()
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

    @Test func `a folder that cannot be made is named in the failure`() throws {
        let blocked = directory.file("file")
        try Data().write(to: blocked)
        let failure = #expect(throws: Failure.self) {
            try ServiceDatabase.open(at: blocked.appending(path: "service.sqlite"))
        }
        #expect(failure?.message.contains(blocked.path) == true)
    }

    @Test func `one folder belongs to one process at a time`() throws {
        let lock = try DirectoryLock(directory.url)
        let failure = #expect(throws: Failure.self) { try DirectoryLock(directory.url) }
        #expect(failure?.code == .conflict)
        withExtendedLifetime(lock) {}
    }
}
