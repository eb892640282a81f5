import Foundation
import GRDB
import Logging
import Model
import Storage
import Synchronization
import WorkQueueClient

@testable import WorkQueueServer

/// A queue over a database in memory, with clocks that a test moves.
final class QueueFixture: Sendable {
    private let time = Mutex(Duration.zero)
    let database: DatabaseQueue
    let events: EventLog
    let settings: QueueSettings

    init(_ settings: QueueSettings = QueueSettings()) throws {
        self.settings = settings
        database = try ServiceDatabase.inMemory { migrator in
            EventLog.registerMigrations(in: &migrator)
            WorkQueue.registerMigrations(in: &migrator)
        }
        events = EventLog(database, service: "test")
    }

    /// Opens the queue; every further time is a restart of the service.
    func open(onSuccess: WorkQueue.SuccessHook? = nil) throws -> WorkQueue {
        let clock = QueueClock(
            monotonic: { self.time.withLock { $0 } },
            date: { Date(timeIntervalSince1970: 1_000_000 + self.time.withLock { $0 } / .seconds(1)) },
            random: { 0.5 })
        return try WorkQueue(
            database, events: events, settings: settings, clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onSuccess: onSuccess)
    }

    /// Lets time pass.
    func advance(by duration: Duration) { time.withLock { $0 += duration } }

    /// What happened, as `verb subject`.
    func history() throws -> [String] { try events.read(limit: .max).map { "\($0.kind) \($0.subject)" } }

    /// Number of events of a kind about a subject.
    func count(_ kind: String, _ subject: String) throws -> Int {
        try history().count { $0 == "\(kind) \(subject)" }
    }
}

extension WorkQueue {
    /// Submits tasks of one kind without contents.
    func submit(_ ids: String..., kind: String = "work", group: String = "", priority: Int = 0) async throws {
        for id in ids {
            try await submit(TaskSubmission(id: id, kind: kind, group: group, priority: priority))
        }
    }

    /// Pulls without waiting.
    func pull(_ worker: String, _ kinds: [String] = ["work"]) async throws -> TaskLease? {
        try await pull(worker: worker, kinds: kinds, waiting: .zero)
    }
}
