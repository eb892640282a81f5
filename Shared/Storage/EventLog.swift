public import Foundation
public import GRDB
import Metrics
public import Model

/// The record of everything that happened in a service, written in the same transaction as the change itself.
///
/// Sequence numbers increase by one and are never reused, so a reader that remembers the last one it saw can continue
/// without a gap after any crash, its own or the service's. Only a ``RetentionPolicy`` removes events, oldest first,
/// and readers are informed of it.
public struct EventLog: Sendable {
    private enum Change { case appended }

    /// Maximum number of bytes of a kind or a subject, of an attribute, and of all attributes of an event; more is cut,
    /// so that an event always fits into a reply.
    private static let (longestName, largestValue, largestSum) = (1_024, 16 << 10, 256 << 10)

    let database: ServiceDatabase
    private let service: String
    private let changes = WaitList<Change>()
    let now: @Sendable () -> Date

    /// Makes the log of a service over its database.
    /// - Parameter now: Time of day, replaced in tests.
    public init(_ database: ServiceDatabase, service: String, now: @escaping @Sendable () -> Date = { Date() }) {
        self.database = database
        self.service = service
        self.now = now
    }

    /// Registers the log's tables; every service with events calls this first.
    public static func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("create events") { db in
            try db.execute(
                sql: """
                    CREATE TABLE events (
                        seq INTEGER PRIMARY KEY AUTOINCREMENT,
                        time INTEGER NOT NULL,
                        kind TEXT NOT NULL,
                        subject TEXT NOT NULL,
                        attributes TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX events_by_time ON events(time);
                    """)
        }
        registerRemoval(in: &migrator)
    }

    /// Adds an event to the caller's transaction and wakes waiting readers once it is committed.
    public func append(
        kind: String, subject: String, attributes: [String: String] = [:], in db: Database
    ) throws {
        precondition(db.isInsideTransaction, "record an event in the transaction of the change that it reports")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let statement = try db.cachedStatement(
            sql: "INSERT INTO events (time, kind, subject, attributes) VALUES (?, ?, ?, ?)")
        try statement.execute(arguments: [
            now().microseconds, kind.cut(toBytes: Self.longestName), subject.cut(toBytes: Self.longestName),
            String(decoding: encoder.encode(Self.bounded(attributes)), as: UTF8.self),
        ])
        let changes = changes
        db.afterNextTransaction { _ in
            changes.wake(.appended)
            Counter(label: "gyrus_events_total", dimensions: [("kind", kind)]).increment()
        }
    }

    /// Events after a sequence number, oldest first.
    /// - Parameters:
    ///   - after: The last event already seen; 0 for all.
    ///   - limit: Maximum number of events to return.
    ///   - since: Only events at or after this time.
    public func read(after: UInt64 = 0, limit: Int = 1_000, since: Date? = nil) async throws -> [Event] {
        try await database.read { db in try fetch(after: after, limit: limit, since: since, in: db) }
    }

    /// Events after a sequence number, oldest first; if there is none, waits for the next one up to a given time.
    public func read(
        after: UInt64 = 0, limit: Int = 1_000, since: Date? = nil, waiting: Duration
    ) async throws -> [Event] {
        let clock = ContinuousClock()
        let deadline = clock.now + waiting
        while true {
            let ticket = changes.ticket(for: [.appended])
            defer { ticket.discard() }
            let events = try await database.read { db in
                try fetch(after: after, limit: limit, since: since, in: db)
            }
            let remaining = deadline - clock.now
            if !events.isEmpty || remaining <= .zero { return events }
            await ticket.wait(for: remaining)
            try Task.checkCancellation()
        }
    }

    /// The last events before a position, oldest first, with the sequence number of the newest event of all.
    /// - Parameters:
    ///   - before: Only events before this one; 0 for the newest.
    ///   - limit: Maximum number of events to return.
    ///   - kind: Prefix of their kind; empty for all.
    ///   - subject: Prefix of their subject; empty for all.
    public func tail(
        before: UInt64 = 0, limit: Int = 1_000, kind: String = "", subject: String = ""
    ) async throws -> (events: [Event], last: UInt64) {
        let before = before == 0 ? Int64.max : Int64(clamping: before)
        return try await database.read { db in
            let last = try Int64.fetchOne(db, sql: "SELECT MAX(seq) FROM events") ?? 0
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT seq, time, kind, subject, attributes FROM events
                    WHERE seq < ? AND substr(kind, 1, ?) = ? AND substr(subject, 1, ?) = ? ORDER BY seq DESC LIMIT ?
                    """,
                arguments: [
                    before, kind.unicodeScalars.count, kind, subject.unicodeScalars.count, subject, limit,
                ])
            return (try rows.reversed().map(event), UInt64(last))
        }
    }

    /// Sequence number of the newest event; 0 if there is none.
    public func lastSequence() async throws -> UInt64 {
        try await database.read { db in try UInt64(Int64.fetchOne(db, sql: "SELECT MAX(seq) FROM events") ?? 0) }
    }

    private func fetch(after: UInt64, limit: Int, since: Date?, in db: Database) throws -> [Event] {
        let after = Int64(clamping: after)
        let statement = try db.cachedStatement(
            sql: "SELECT seq, time, kind, subject, attributes FROM events WHERE seq > ? AND time >= ? ORDER BY seq"
                + " LIMIT ?")
        let since = since?.microseconds ?? Int64.min
        return try Row.fetchAll(statement, arguments: [after, since, limit]).map(event)
    }

    private func event(_ row: Row) throws -> Event {
        Event(
            sequence: UInt64(row["seq"] as Int64), time: Date(microseconds: row["time"]), service: service,
            kind: row["kind"], subject: row["subject"],
            // Cut again, in case an earlier version wrote more.
            attributes: Self.bounded(
                try JSONDecoder().decode([String: String].self, from: Data((row["attributes"] as String).utf8))))
    }

    private static func bounded(_ attributes: [String: String]) -> [String: String] {
        var bounded: [String: String] = [:]
        var rest = largestSum
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            let value = value.cut(toBytes: largestValue)
            rest -= name.utf8.count + value.utf8.count
            if rest < 0 { break }
            bounded[name] = value
        }
        return bounded
    }
}
