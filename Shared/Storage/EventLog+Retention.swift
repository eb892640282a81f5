public import Foundation
import GRDB
import Model

extension EventLog {
    /// The removed beginning of the log.
    public struct Removal: Hashable, Sendable {
        /// Sequence number of the last removed event; 0 if none was removed.
        public var last: UInt64 = 0
        /// When it happened.
        public var time = Date(timeIntervalSince1970: 0)
    }

    /// Maximum number of events removed in one transaction, so that other requests do not wait long for it.
    private static let batch: Int64 = 2_000

    /// Removes the oldest events that exceed a limit; the rest has no gaps.
    /// - Returns: How many were removed.
    public func remove(beyond limit: RetentionPolicy.Limit) async throws -> Int {
        let start = limit.start(at: now())?.microseconds
        var count = 0
        while true {
            let removed = try await database.write { db in try Self.removeBatch(limit, start, in: db) }
            count += removed
            guard removed == Self.batch, !Task.isCancelled else { return count }
        }
    }

    /// What has been removed so far.
    public func removal() async throws -> Removal {
        try await database.read { db in
            let row = try Row.fetchOne(db, sql: "SELECT seq, time FROM event_removal")
            return row.map { row in
                Removal(last: UInt64(row["seq"] as Int64), time: Date(microseconds: row["time"]))
            } ?? Removal()
        }
    }

    private static func removeBatch(_ limit: RetentionPolicy.Limit, _ start: Int64?, in db: Database) throws -> Int {
        guard let first = try Int64.fetchOne(db, sql: "SELECT MIN(seq) FROM events"),
            let last = try Int64.fetchOne(db, sql: "SELECT MAX(seq) FROM events")
        else { return 0 }
        var end = first - 1
        if let count = limit.count { end = max(end, last - Int64(count)) }
        if let start {
            // Up to the first one that is recent enough: if a clock was set back, older events after it remain.
            let young = try Int64.fetchOne(db, sql: "SELECT MIN(seq) FROM events WHERE time >= ?", arguments: [start])
            end = max(end, (young ?? last + 1) - 1)
        }
        end = min(end, first + batch - 1, last)
        guard end >= first else { return 0 }
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO event_removal (only, seq, time)
                SELECT 1, seq, time FROM events WHERE seq = (SELECT MAX(seq) FROM events WHERE seq <= ?)
                """, arguments: [end])
        try db.execute(sql: "DELETE FROM events WHERE seq <= ?", arguments: [end])
        return Int(end - first + 1)
    }

    /// Registers the table that records the removal of events.
    static func registerRemoval(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("remember removed events") { db in
            try db.execute(
                sql: """
                    CREATE TABLE event_removal (
                        only INTEGER PRIMARY KEY CHECK (only = 1),
                        seq INTEGER NOT NULL,
                        time INTEGER NOT NULL
                    ) STRICT;
                    """)
        }
    }
}
