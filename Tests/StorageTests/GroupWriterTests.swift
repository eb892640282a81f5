import GRDB
import Model
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct GroupWriterTests {
    private let database: ServiceDatabase

    init() throws {
        database = try ServiceDatabase.inMemory { migrator in
            migrator.registerMigration("create numbers") { db in
                try db.execute(sql: "CREATE TABLE numbers (number INTEGER PRIMARY KEY) STRICT")
            }
        }
    }

    @Test func `a write returns its value`() async throws {
        #expect(try await database.write { db in try Int.fetchOne(db, sql: "SELECT 42") } == 42)
    }

    @Test func `a write that throws undoes only itself`() async throws {
        let failed = try await withThrowingTaskGroup(of: Bool.self) { [database] group in
            for number in 0..<500 {
                group.addTask {
                    do {
                        try await database.write { db in
                            try db.execute(sql: "INSERT INTO numbers VALUES (?)", arguments: [number])
                            if number.isMultiple(of: 3) { throw Failure(.conflict, "refused") }
                        }
                        return false
                    } catch {
                        #expect(Failure(error).code == .conflict)
                        return true
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        let numbers = try await database.read { db in try Int.fetchAll(db, sql: "SELECT number FROM numbers") }
        #expect(failed == 167)
        #expect(numbers == (0..<500).filter { !$0.isMultiple(of: 3) })
    }

    @Test func `a write sees the effect of an earlier one by the same caller`() async throws {
        for number in 0..<50 {
            try await database.write { db in
                try db.execute(sql: "INSERT INTO numbers VALUES (?)", arguments: [number])
            }
            #expect(
                try await database.write { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM numbers") } == number
                    + 1
            )
        }
    }
}
