import Foundation
import Model
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct EventLogTests {
    private let directory: TemporaryDirectory
    private let database: ServiceDatabase
    private let log: EventLog

    init() throws {
        directory = try TemporaryDirectory()
        database = try ServiceDatabase.open(
            at: directory.file("events.sqlite"), migrations: EventLog.registerMigrations)
        log = EventLog(database, service: "test")
    }

    private func append(_ subject: String) async throws {
        try await database.write { [log] db in try log.append(kind: "note.written", subject: subject, in: db) }
    }

    @Test func `events are read as they were written, in order`() async throws {
        try await database.write { [log] db in
            try log.append(kind: "a.b", subject: "x", attributes: ["key": "välue \"quoted\"", "n": "1"], in: db)
            try log.append(kind: "a.c", subject: "y", in: db)
        }
        let events = try await log.read()
        #expect(events.map(\.sequence) == [1, 2])
        #expect(events.map(\.subject) == ["x", "y"])
        #expect(events[0].attributes == ["key": "välue \"quoted\"", "n": "1"])
        #expect(events[0].service == "test")
        #expect(try await log.read(after: 1).map(\.subject) == ["y"])
        #expect(try await log.read(limit: 1).map(\.subject) == ["x"])
        #expect(try await log.lastSequence() == 2)
    }

    @Test func `a rolled back transaction leaves no gap`() async throws {
        struct Refused: Error {}
        try await append("first")
        await #expect(throws: Refused.self) {
            try await database.write { [log] db in
                try log.append(kind: "note.written", subject: "undone", in: db)
                throw Refused()
            }
        }
        try await append("second")
        #expect(try await log.read().map(\.sequence) == [1, 2])
        #expect(try await log.read().map(\.subject) == ["first", "second"])
    }

    @Test func `the latest events are found before a position, by kind and by subject`() async throws {
        for number in 1...6 { try await append(number.isMultiple(of: 2) ? "s1/\(number)" : "s2%/\(number)") }
        let newest = try await log.tail(limit: 2)
        #expect(newest.events.map(\.sequence) == [5, 6])
        #expect(newest.last == 6)
        let earlier = try await log.tail(before: 5, limit: 2)
        #expect(earlier.events.map(\.sequence) == [3, 4])
        #expect(earlier.last == 6)
        #expect(try await log.tail(before: 1).events.isEmpty)
        #expect(try await log.tail(subject: "s1").events.map(\.sequence) == [2, 4, 6])
        // No character of a prefix is a wildcard.
        #expect(try await log.tail(subject: "s2%").events.count == 3)
        #expect(try await log.tail(subject: "s%").events.isEmpty)
        #expect(try await log.tail(kind: "note.").events.count == 6)
        #expect(try await log.tail(kind: "other").events.isEmpty)
    }

    @Test func `events are found by their time`() async throws {
        for second in 0..<5 {
            let log = EventLog(database, service: "test", now: { Date(timeIntervalSince1970: Double(second)) })
            try await database.write { db in try log.append(kind: "tick", subject: "\(second)", in: db) }
        }
        #expect(try await log.read(since: Date(timeIntervalSince1970: 3)).map(\.subject) == ["3", "4"])
    }

    @Test func `a waiting reader wakes when an event is committed`() async throws {
        let log = log
        async let events = log.read(after: 0, waiting: .seconds(50))
        try await append("wake")
        #expect(try await events.map(\.subject) == ["wake"])
    }

    @Test func `a waiting reader does not see uncommitted events`() async throws {
        struct Refused: Error {}
        let log = log
        async let events = log.read(after: 0, waiting: .seconds(50))
        try? await database.write { db in
            try log.append(kind: "note.written", subject: "undone", in: db)
            throw Refused()
        }
        try await append("done")
        #expect(try await events.map(\.subject) == ["done"])
    }

    @Test func `a reader that waits in vain gets nothing`() async throws {
        #expect(try await log.read(waiting: .milliseconds(20)).isEmpty)
    }

    @Test func `a canceled reader stops waiting`() async throws {
        let log = log
        let reader = Task { try await log.read(waiting: .seconds(50)) }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
    }

    @Test func `many writers and a following reader lose nothing`() async throws {
        let (log, database) = (log, database)
        try await withThrowingTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    try await database.write { db in
                        try log.append(kind: "note.written", subject: "\(number)", in: db)
                        if number % 7 == 0 { throw Failure(.conflict, "refused") }
                    }
                }
            }
            var seen: [Event] = []
            while seen.count < 200 - 29 {
                seen += try await log.read(after: seen.last?.sequence ?? 0, limit: 10, waiting: .seconds(50))
            }
            #expect(seen.map(\.sequence) == (1...171).map { UInt64($0) })
            #expect(Set(seen.map(\.subject)) == Set((0..<200).filter { $0 % 7 != 0 }.map { "\($0)" }))
            while let result = await group.nextResult() {
                if case .failure(let error) = result { #expect(Failure(error).code == .conflict) }
            }
        }
    }

    @Test func `a killed process loses no acknowledged event and leaves no gap`() async throws {
        // Copies of the files made between writes are what a kill -9 leaves behind.
        for number in 0..<20 {
            try await append("\(number)")
            let copy = try TemporaryDirectory()
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(
                    at: directory.file("events.sqlite\(suffix)"), to: copy.file("events.sqlite\(suffix)"))
            }
            let reopened = try ServiceDatabase.open(
                at: copy.file("events.sqlite"), migrations: EventLog.registerMigrations)
            let log = EventLog(reopened, service: "test")
            try await reopened.write { db in try log.append(kind: "note.written", subject: "next", in: db) }
            #expect(try await log.read().map(\.sequence) == (1...UInt64(number + 2)).map { $0 })
        }
    }
}
