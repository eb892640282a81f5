import Foundation
public import GRDB
public import Logging
import Messaging
import Model
public import ServiceLifecycle
public import Storage

/// Messages from a service to others, kept in its database until they are received.
///
/// A message is posted in the transaction of the change that it reports, so that neither exists without the other. It
/// is delivered at least once, in order for each destination, and deleted when the receiver has acknowledged it. The
/// receiver ignores messages that it has already seen. An unreachable destination delays only its own messages.
///
/// ```swift
/// let outbox = Outbox(database, events: events, logger: logger, deliveries: [
///     "knowledge": { message in try await knowledge.record(try decode(message.payload)) }
/// ])
/// try await database.write { db in
///     try store.finish(trial, in: db)
///     try outbox.post(encode(observation), to: "knowledge", in: db)
/// }
/// ```
public struct Outbox: Service {
    /// A message to one destination.
    public struct Message: Hashable, Sendable {
        /// Position in the outbox, which also identifies repeated deliveries.
        public let number: Int64
        /// Who receives it.
        public let destination: String
        /// The content, in the form that the destination defines.
        public let payload: [UInt8]
    }

    /// Delivers a message; returns once the destination has acknowledged it.
    public typealias Delivery = @Sendable (Message) async throws -> Void

    /// Maximum number of messages that are read, and deleted, in one transaction.
    private static let batch = 64
    /// Maximum number of bytes of a refusal's reason to keep.
    private static let largestReason = 16 << 10

    private let database: ServiceDatabase
    private let events: EventLog
    private let logger: Logger
    private let deliveries: [String: Delivery]
    private let pauses: ClosedRange<Duration>
    private let posted = WaitList<String>()

    /// Makes the outbox of a service over its database.
    /// - Parameters:
    ///   - pauses: First and longest pause after a failed delivery; between them it doubles, with jitter.
    ///   - deliveries: How to reach each destination.
    public init(
        _ database: ServiceDatabase, events: EventLog, logger: Logger,
        pauses: ClosedRange<Duration> = .milliseconds(100)...(.seconds(5)), deliveries: [String: Delivery]
    ) {
        self.database = database
        self.events = events
        self.logger = logger
        self.pauses = pauses
        self.deliveries = deliveries
    }

    /// Registers the outbox's table, which needs that of the event log.
    public static func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("create outbox") { db in
            try db.execute(
                sql: """
                    CREATE TABLE outbox_messages (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        destination TEXT NOT NULL,
                        payload BLOB NOT NULL,
                        refusal TEXT
                    ) STRICT;
                    CREATE INDEX outbox_waiting ON outbox_messages(destination, number) WHERE refusal IS NULL;
                    """)
        }
    }

    /// Posts a message in the caller's transaction.
    public func post(_ payload: [UInt8], to destination: String, in db: Database) throws {
        precondition(deliveries[destination] != nil, "The outbox has no destination '\(destination)'.")
        precondition(db.isInsideTransaction, "post a message in the transaction of the change that it reports")
        let statement = try db.cachedStatement(
            sql: "INSERT INTO outbox_messages (destination, payload) VALUES (?, ?)")
        try statement.execute(arguments: [destination, Data(payload)])
        db.afterNextTransaction { [posted] _ in posted.wake(destination) }
    }

    /// Number of messages waiting for delivery.
    public func waiting(for destination: String) async throws -> Int {
        try await database.read { db in
            try Int.fetchOne(
                db, sql: "SELECT COUNT(*) FROM outbox_messages WHERE refusal IS NULL AND destination = ?",
                arguments: [destination]) ?? 0
        }
    }

    /// Delivers until the service stops.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                for (destination, delivery) in deliveries {
                    group.addTask { await serve(destination, delivery) }
                }
            }
        }
    }

    private func serve(_ destination: String, _ delivery: Delivery) async {
        var pause = pauses.lowerBound
        while !Task.isCancelled {
            let ticket = posted.ticket(for: [destination])
            defer { ticket.discard() }
            do {
                let messages = try await next(for: destination)
                if messages.isEmpty {
                    await ticket.wait(for: .seconds(3_600))
                } else {
                    try await deliver(messages, delivery)
                }
                pause = pauses.lowerBound
            } catch {
                guard !Task.isCancelled else { return }
                let reason = Failure(error)
                logger.warning("delivery waits", metadata: ["to": "\(destination)", "reason": "\(reason.message)"])
                try? await Task.sleep(for: max(pause * Double.random(in: 0.5...1), reason.retryAfter ?? .zero))
                pause = min(pause * 2, pauses.upperBound)
            }
        }
    }

    private func next(for destination: String) async throws -> [Message] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT number, payload FROM outbox_messages WHERE refusal IS NULL AND destination = ?
                    ORDER BY number LIMIT ?
                    """,
                arguments: [destination, Self.batch]
            ).map { row in
                Message(number: row["number"], destination: destination, payload: [UInt8](row["payload"] as Data))
            }
        }
    }

    /// Delivers messages in order, and then deletes all that were received, in one transaction.
    private func deliver(_ messages: [Message], _ delivery: Delivery) async throws {
        var outcomes: [(message: Message, refusal: Failure?)] = []
        do {
            for message in messages { outcomes.append((message, try await attempt(message, delivery))) }
        } catch {
            try await settle(outcomes)
            throw error
        }
        try await settle(outcomes)
    }

    /// Delivers one message.
    /// - Returns: Why delivering it again is pointless; nil if it was received.
    /// - Throws: An error that a retry may resolve.
    private func attempt(_ message: Message, _ delivery: Delivery) async throws -> Failure? {
        do {
            try await delivery(message)
            KillPoint.messageDelivered.pass()
            return nil
        } catch {
            // Retrying does not help with an error that is not a `Failure`, such as a payload that cannot be decoded.
            let failure = Failure(error)
            guard !failure.isRetriable, !(error is CancellationError), !Task.isCancelled else { throw error }
            logger.error("delivery refused", metadata: ["to": "\(message.destination)", "reason": "\(failure)"])
            return failure
        }
    }

    /// Deletes messages that were received, and sets aside those that were refused, so that later messages do not wait
    /// forever.
    private func settle(_ outcomes: [(message: Message, refusal: Failure?)]) async throws {
        guard !outcomes.isEmpty else { return }
        try await database.write { db in
            for (message, refusal) in outcomes {
                if let refusal {
                    try setAside(message, refusal, in: db)
                } else {
                    try db.cachedStatement(sql: "DELETE FROM outbox_messages WHERE number = ?")
                        .execute(arguments: [message.number])
                }
            }
        }
    }

    private func setAside(_ message: Message, _ failure: Failure, in db: Database) throws {
        try db.execute(
            sql: "UPDATE outbox_messages SET refusal = ? WHERE number = ?",
            arguments: [failure.description.cut(toBytes: Self.largestReason), message.number])
        try events.append(
            kind: "delivery.refused", subject: "\(message.number)",
            attributes: [
                "destination": message.destination, "code": failure.code.rawValue, "message": failure.message,
            ], in: db)
    }
}
