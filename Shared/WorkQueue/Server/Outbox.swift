import Foundation
public import GRDB
public import Logging
import Model
public import ServiceLifecycle
public import Storage

/// What a service has to tell others, kept in its database until they have it.
///
/// A message is posted in the transaction of the change that it tells of, so that neither is there without the other. It
/// is delivered at least once, in order for each destination, and forgotten when the receiver has acknowledged it; the
/// receiver ignores what it has seen. A destination that is away holds up only its own messages.
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
    /// Something that one destination has to receive.
    public struct Message: Hashable, Sendable {
        /// Position in the outbox, which also tells a message that is delivered again.
        public let number: Int64
        /// Who receives it.
        public let destination: String
        /// What it says, in the form that the destination defines.
        public let payload: [UInt8]
    }

    /// Brings a message to its destination: returns when that has acknowledged it.
    public typealias Delivery = @Sendable (Message) async throws -> Void

    /// Most messages that are read, and forgotten, in one transaction.
    private static let batch = 64
    /// Most bytes of a refusal's reason that are kept.
    private static let largestReason = 16 << 10

    private let database: ServiceDatabase
    private let events: EventLog
    private let logger: Logger
    private let deliveries: [String: Delivery]
    private let pauses: ClosedRange<Duration>
    private let posted = WaitList<String>()

    /// Makes the outbox of a service over its database.
    /// - Parameters:
    ///   - pauses: First and longest pause after a delivery that failed; between them it doubles, with jitter.
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
        precondition(db.isInsideTransaction, "a message belongs to the transaction of the change that it tells of")
        let statement = try db.cachedStatement(
            sql: "INSERT INTO outbox_messages (destination, payload) VALUES (?, ?)")
        try statement.execute(arguments: [destination, Data(payload)])
        db.afterNextTransaction { [posted] _ in posted.wake(destination) }
    }

    /// Number of messages that wait to be delivered.
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

    /// Delivers messages in order and forgets those that were received, in one transaction, however far it came.
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
    /// - Returns: Why delivering it again is of no use; nil where it was received.
    /// - Throws: What may be better the next time.
    private func attempt(_ message: Message, _ delivery: Delivery) async throws -> Failure? {
        do {
            try await delivery(message)
            return nil
        } catch {
            // What is no `Failure`, such as a payload that cannot be decoded, will not be better the next time either.
            let failure = Failure(error)
            guard !failure.isRetriable, !(error is CancellationError), !Task.isCancelled else { throw error }
            logger.error("delivery refused", metadata: ["to": "\(message.destination)", "reason": "\(failure)"])
            return failure
        }
    }

    /// Forgets messages that were received, and sets those aside that were refused: what comes after them must not wait
    /// for ever.
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
