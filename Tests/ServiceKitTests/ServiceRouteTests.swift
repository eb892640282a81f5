import Foundation
import GRDB
import Messaging
import Model
import ServiceClient
import ServiceKit
import ServiceTestSupport
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ServiceRouteTests {
    /// For a machine that does much else.
    private static let patience = Duration.seconds(300)

    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func serve<Result: Sendable>(
        _ body: (ServiceClient, EventLog, @Sendable (String) async throws -> Void, Readiness) async throws -> Result
    ) async throws -> Result {
        let pool = try ServiceDatabase.open(
            at: directory.file("db.sqlite"), migrations: EventLog.registerMigrations)
        let log = EventLog(pool, service: "registry")
        let readiness = Readiness()
        var router = Router()
        ServiceHarness(
            service: .registry, events: log, readiness: readiness, directory: FileManager.default.temporaryDirectory
        ).register(in: &router)
        let append: @Sendable (String) async throws -> Void = { subject in
            try await pool.write { db in
                try log.append(kind: "note.written", subject: subject, attributes: ["n": subject], in: db)
            }
        }
        return try await withServer(router, at: try socketEndpoint()) { requests in
            try await body(ServiceClient(requests), log, append, readiness)
        }
    }

    @Test func `health says which service answers and whether it is ready`() async throws {
        try await serve { client, _, _, readiness in
            let first = try await client.health(timeout: Self.patience)
            #expect(first.service == "registry")
            #expect(first.isReady)
            #expect(first.process == UInt32(getpid()))
            #expect(first.uptime >= .zero && first.uptime < .seconds(60))
            readiness.set(false)
            let second = try await client.health(timeout: Self.patience)
            #expect(!second.isReady)
            #expect(second.instance == first.instance)
        }
    }

    @Test func `an event that is too large for a reply is truncated, however it was written`() async throws {
        let endless = String(repeating: "x", count: 1_100_000)
        try await serve { client, log, append, _ in
            try await append("before")
            let database = try ServiceDatabase.open(
                at: directory.file("db.sqlite"), migrations: EventLog.registerMigrations)
            try await database.write { db in
                try log.append(
                    kind: "task.failed", subject: endless, attributes: ["message": endless, "a": "1"], in: db)
                // As an older version without limits wrote it.
                try db.execute(
                    sql: "INSERT INTO events (time, kind, subject, attributes) VALUES (1, 'old', 's', ?)",
                    arguments: ["{\"message\":\"\(endless)\"}"])
            }
            try await append("after")
            let page = try await client.events(after: 0, timeout: Self.patience)
            #expect(page.events.map(\.sequence) == [1, 2, 3, 4])
            #expect(page.events[1].attributes["a"] == "1")
            #expect(page.events[2].attributes["message"]?.hasSuffix("… (1100000 bytes in total)") == true)
            #expect(try await client.lastEvents().events.count == 4)
        }
    }

    @Test func `events are read in order and without a gap`() async throws {
        try await serve { client, _, append, _ in
            for number in 1...5 { try await append("\(number)") }
            let first = try await client.events(after: 0, limit: 3, timeout: Self.patience)
            #expect(first.events.map(\.subject) == ["1", "2", "3"])
            #expect(first.next == 3)
            let second = try await client.events(after: first.next, timeout: Self.patience)
            #expect(second.events.map(\.sequence) == [4, 5])
            #expect(second.events[0].attributes == ["n": "4"])
            let none = try await client.events(after: second.next, timeout: Self.patience)
            #expect(none.events.isEmpty)
            #expect(none.next == 5)
        }
    }

    @Test func `a reader waits for the next event`() async throws {
        try await serve { client, _, append, _ in
            async let page = client.events(after: 0, waiting: .seconds(30), timeout: Self.patience)
            try await append("late")
            let events = try await page.events
            #expect(events.map(\.subject) == ["late"])
        }
    }

    @Test func `following delivers existing and new events`() async throws {
        try await serve { client, _, append, _ in
            try await append("1")
            var subjects: [String] = []
            for try await events in client.follow(after: 0) {
                subjects += events.map(\.subject)
                if subjects.count == 3 { break }
                try await append("\(subjects.count + 1)")
            }
            #expect(subjects == ["1", "2", "3"])
        }
    }

    @Test func `a page with large events is cut to what fits into a reply`() async throws {
        try await serve { client, _, append, _ in
            let large = String(repeating: "x", count: 100_000)
            for _ in 0..<80 { try await append(large) }
            var seen: [UInt64] = []
            while seen.count < 80 {
                let page = try await client.events(after: seen.last ?? 0, timeout: Self.patience)
                #expect(page.events.count < 80)
                try #require(!page.events.isEmpty)
                seen += page.events.map(\.sequence)
            }
            #expect(seen == Array(1...80))
        }
    }

    @Test func `extreme positions and times are answered`() async throws {
        try await serve { client, _, append, _ in
            try await append("1")
            let beyond = try await client.events(after: .max, timeout: Self.patience)
            #expect(beyond.events.isEmpty)
            let future = try await client.events(after: 0, since: .distantFuture, timeout: Self.patience)
            #expect(future.events.isEmpty)
            let past = try await client.events(after: 0, since: .distantPast, timeout: Self.patience)
            #expect(past.events.count == 1)
        }
    }
}
