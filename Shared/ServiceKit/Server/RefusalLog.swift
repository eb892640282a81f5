import Foundation
import GRDB
import Logging
import Messaging
import Model
import Storage
import Synchronization

/// Records refused keys and requests as events.
///
/// The same refusal is recorded only occasionally, and only a few refusals per minute in total: a refused peer can ask
/// as often as it likes, and must not fill the log.
final class RefusalLog: Sendable {
    private static let pause: TimeInterval = 600
    private static let mostInPause = 100

    private let events: EventLog
    private let database: ServiceDatabase
    private let logger: Logger
    private let recent = Mutex<[Refusal: Date]>([:])
    private let now: @Sendable () -> Date

    init(
        _ events: EventLog, _ database: ServiceDatabase, _ logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.events = events
        self.database = database
        self.logger = logger
        self.now = now
    }

    /// Records a refusal if it is new; returns immediately.
    func note(_ refusal: Refusal) {
        guard isNews(refusal) else { return }
        let kind = refusal.route == nil ? "key.refused" : "request.refused"
        var attributes: [String: String] = [:]
        attributes["address"] = refusal.address.isEmpty ? nil : refusal.address
        attributes["route"] = refusal.route
        attributes["role"] = refusal.role?.rawValue
        let subject = refusal.key?.text ?? ""
        // The server's loop must not wait for the disk.
        Task { [events, database, logger, attributes] in
            do {
                try await database.write { db in
                    try events.append(kind: kind, subject: subject, attributes: attributes, in: db)
                }
            } catch {
                logger.error("cannot record a refusal", metadata: ["reason": "\(Failure(error).message)"])
            }
        }
    }

    private func isNews(_ refusal: Refusal) -> Bool {
        let time = now()
        return recent.withLock { recent in
            recent = recent.filter { time.timeIntervalSince($0.value) < Self.pause }
            guard recent[refusal] == nil, recent.count < Self.mostInPause else { return false }
            recent[refusal] = time
            return true
        }
    }
}
