import GRDB
import Logging
import Model
import Storage
import WorkQueueClient

@testable import WorkQueueServer

/// A queue with an in-memory database, and clocks that a test controls.
final class QueueFixture: Sendable {
    private let clock = HandClock()
    let database: ServiceDatabase
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

    /// Opens the queue; every further call simulates a restart of the service.
    func open(onSuccess: WorkQueue.SuccessHook? = nil) async throws -> WorkQueue {
        return try await WorkQueue(
            database, events: events, settings: settings, clock: clock.clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onSuccess: onSuccess)
    }

    /// Lets time pass.
    func advance(by duration: Duration) { clock.advance(by: duration) }

    /// What happened, as `verb subject`.
    func history() async throws -> [String] { try await events.read(limit: .max).map { "\($0.kind) \($0.subject)" } }

    /// Number of events of a kind about a subject.
    func count(_ kind: String, _ subject: String) async throws -> Int {
        try await history().count { $0 == "\(kind) \(subject)" }
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
