import Foundation
import GRDB
import Logging
import Messaging
import Model
import Storage
import Synchronization
import TestSupport
import WorkQueueClient

@testable import WorkQueueServer

/// A queue with its socket and database file, which a test can restart; the test controls its time.
actor QueueService {
    private let directory: TemporaryDirectory
    private let endpoint: Endpoint
    private let settings: QueueSettings
    private let onSuccess: WorkQueue.SuccessHook?
    nonisolated let loop = MessageLoop()
    private let clock = HandClock()
    private var running: Task<Void, any Error>?
    private(set) var queue: WorkQueue?
    private(set) var events: EventLog?

    init(_ settings: QueueSettings = QueueSettings(), onSuccess: WorkQueue.SuccessHook? = nil) throws {
        self.onSuccess = onSuccess
        directory = try TemporaryDirectory()
        endpoint = try Endpoint("ipc://\(directory.url.path)/q.sock")
        self.settings = settings
    }

    /// Runs a service while `body` runs.
    static func with(
        _ settings: QueueSettings = QueueSettings(), onSuccess: WorkQueue.SuccessHook? = nil,
        _ body: (QueueService, QueueClient) async throws -> Void
    ) async throws {
        let service = try QueueService(settings, onSuccess: onSuccess)
        try await service.start()
        do {
            try await body(service, service.client())
        } catch {
            await service.stop()
            throw error
        }
        await service.stop()
    }

    /// A separate connection.
    nonisolated func client() -> QueueClient {
        QueueClient(RequestClient(to: endpoint, loop: loop, logger: quiet))
    }

    func start() async throws {
        let pool = try ServiceDatabase.open(at: directory.file("queue.sqlite")) { migrator in
            EventLog.registerMigrations(in: &migrator)
            WorkQueue.registerMigrations(in: &migrator)
        }
        let events = EventLog(pool, service: "test")
        let queue = try await WorkQueue(
            pool, events: events, settings: settings, clock: clock.clock, logger: quiet, onSuccess: onSuccess)
        var router = Router()
        QueueHarness(queue).register(in: &router)
        let server = RequestServer(endpoint: endpoint, router: router, loop: loop, logger: quiet)
        running = Task { try await server.run() }
        _ = try await server.boundEndpoint
        (self.queue, self.events) = (queue, events)
    }

    /// Ends the service like a crash, from the queue's point of view: nothing in memory is kept.
    func stop() async {
        guard let running else { return }
        running.cancel()
        _ = await running.result
        (self.running, queue, events) = (nil, nil, nil)
    }

    /// Lets time pass, then does what the queue does when leases expire.
    func pass(_ duration: Duration) async {
        clock.advance(by: duration)
        await queue?.sweep()
    }

    func restart() async throws {
        await stop()
        try await start()
    }

    /// Waits for an event.
    func event(_ kind: String, _ subject: String? = nil) async throws -> Event {
        guard let events else { throw Failure(.unavailable, "the service is down") }
        var after: UInt64 = 0
        while true {
            for event in try await events.read(after: after, waiting: .seconds(30)) {
                after = event.sequence
                if event.kind == kind, subject == nil || event.subject == subject { return event }
            }
        }
    }

    func history() async throws -> [String] {
        try await events?.read(limit: .max).map { "\($0.kind) \($0.subject)" } ?? []
    }
}

var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

/// A handler made of a closure.
struct ClosureHandler: TaskHandler {
    let body: @Sendable (TaskLease, TaskProgress) async throws -> [UInt8]

    init(_ body: @escaping @Sendable (TaskLease, TaskProgress) async throws -> [UInt8]) { self.body = body }

    func handle(_ lease: TaskLease, progress: TaskProgress) async throws -> [UInt8] {
        try await body(lease, progress)
    }
}

/// A flag that one side raises and the other waits for.
final class Flag: Sendable {
    private let list = WaitList<Bool>()
    private let raised = Mutex(false)

    var isRaised: Bool { raised.withLock { $0 } }

    func raise() {
        raised.withLock { $0 = true }
        list.wake(true)
    }

    func wait() async {
        while !isRaised {
            let ticket = list.ticket(for: [true])
            defer { ticket.discard() }
            if !isRaised { await ticket.wait(for: .seconds(30)) }
        }
    }
}
