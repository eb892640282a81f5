import DesignerClient
import DesignerSearch
import GRDB
public import Logging
import Model
import Search
public import ServiceLifecycle
public import Storage
public import WorkQueueServer

/// Accepts scenarios and runs their searches.
public struct DesignerService: Sendable {
    /// Maximum time that a request for a scenario's end is held open.
    static let longestWait = Duration.seconds(30)

    let store: DesignerStore
    /// The queue of scenarios.
    public let queue: WorkQueue
    let peers: DesignerPeers
    let broker = ControllerBroker()
    private let parallelSearches: Int
    private let logger: Logger

    /// Makes the service over its database, migrated with `DesignerStore.registerMigrations`.
    /// - Parameter parallelSearches: Number of concurrent searches.
    public init(
        _ database: ServiceDatabase, events: EventLog, peers: DesignerPeers, parallelSearches: Int = 4,
        logger: Logger
    ) async throws {
        let outbox = DesignerOutbox(database, events: events, peers: peers, logger: logger)
        store = DesignerStore(database, events: events, outbox: outbox)
        queue = try await WorkQueue(database, events: events, logger: logger)
        self.peers = peers
        self.parallelSearches = parallelSearches
        self.logger = logger
    }

    /// The components that run as long as the service, in start order.
    public var services: [any Service] {
        let runner = SearchRunner(store: store, peers: peers, queue: queue, broker: broker, logger: logger)
        return [
            queue, store.outbox,
            ScenarioWorker(queue: queue, store: store, runner: runner, slots: parallelSearches, logger: logger),
        ]
    }

    // MARK: Scenarios

    /// Puts a scenario into the queue; safe to repeat.
    /// - Throws: `Failure` with code `invalid-argument` that points at the error, `conflict` if the identity belongs to
    ///   another text, `busy` if the queue is full.
    @discardableResult
    func publish(_ text: String, file: String, as id: String) async throws -> ScenarioStatus {
        let id = try ScenarioID(id)
        let name = Self.fileName(file)
        var draft = try ScenarioPlan(reading: text, file: name, id: id)
        if try await store.isKnown(id) {
            draft.models = try await store.backbones(of: id)
        } else {
            draft.explanation = try await resolve(draft.file)
            draft.models = try await backbones(of: draft.file)
        }
        let plan = draft
        let space = try plan.searchSpace
        let isNew = try await store.database.write { db in
            guard try store.insert(id, plan.scenario, space: space, text: text, file: name, in: db) else {
                return false
            }
            if let explanation = plan.explanation { try store.keep(explanation, of: id, in: db) }
            for backbone in plan.models.values { try store.keep(backbone, of: id, in: db) }
            try queue.submit(ScenarioWorker.task(for: store.entry(id.text, in: db)), in: db)
            return true
        }
        if isNew {
            logger.info("scenario.published", metadata: ["scenario": "\(id)", "name": "\(plan.scenario.name)"])
        }
        return try await store.status(id.text)
    }

    /// A file name that is safe in messages, whatever was sent.
    static func fileName(_ file: String) -> String {
        let printable = file.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }
        let name = String(String.UnicodeScalarView(printable)).suffix(200)
        return name.isEmpty ? "scenario" : String(name)
    }

    /// The state of a scenario; waits up to the given time for its end.
    func scenario(_ id: String, waiting: Duration) async throws -> ScenarioStatus {
        let clock = ContinuousClock()
        let deadline = clock.now + min(waiting, Self.longestWait)
        let identity = try await store.status(id).id.text
        while true {
            let ticket = store.ended.ticket(for: [identity])
            defer { ticket.discard() }
            let status = try await store.status(identity)
            let remaining = deadline - clock.now
            if status.state.isFinal || remaining <= .zero { return status }
            await ticket.wait(for: remaining)
            try Task.checkCancellation()
        }
    }

    /// Cancels a scenario with all its tasks; has no effect on one that has ended.
    func cancel(_ id: String) async throws -> ScenarioStatus {
        let (entry, isWithdrawn) = try await store.database.write { db in
            let entry = try store.entry(id, in: db)
            return (entry, try store.cancel(entry, in: db))
        }
        if isWithdrawn {
            logger.info("scenario.cancelled", metadata: ["scenario": "\(entry.id)"])
            _ = try await queue.cancel(id: entry.task)
        }
        return try await store.status(entry.id.text)
    }

    /// Resumes a canceled or failed scenario where it stopped.
    func resume(_ id: String) async throws -> ScenarioStatus {
        let identity = try await store.database.write { db in
            let entry = try store.entry(id, in: db)
            guard entry.state == .cancelled || entry.state == .failed else { return entry.id }
            try store.resume(entry, in: db)
            try queue.submit(ScenarioWorker.task(for: store.entry(entry.id.text, in: db)), in: db)
            return entry.id
        }
        return try await store.status(identity.text)
    }

    /// Removes a scenario that has ended, with its trials; the models that it produced are kept in the registry.
    /// - Returns: The removed scenario.
    func remove(_ id: String) async throws -> ScenarioStatus {
        let identity = try await store.database.read { db in try store.entry(id, in: db).id }
        let status = try await store.status(identity.text)
        try await store.database.write { db in try store.remove(store.entry(identity.text, in: db), in: db) }
        return status
    }

    /// The scenarios, newest first.
    func scenarios(limit: Int, before: String = "") async throws -> [ScenarioStatus] {
        try await store.statuses(limit: limit, before: before)
    }

    /// The trials of a scenario by number.
    func trials(of id: String, from number: Int, limit: Int) async throws -> [Trial] {
        try await store.trials(of: id, from: number, limit: limit)
    }

    /// One page of a scenario's trials in any order.
    func trials(
        of id: String, by order: TrialOrder, descending: Bool, offset: Int, limit: Int
    ) async throws -> [Trial] {
        try await store.trials(of: id, by: order, descending: descending, offset: offset, limit: limit)
    }

    /// The progress of a scenario's search.
    func progress(of id: String, sample: Int) async throws -> SearchProgress {
        try await store.progress(of: id, sample: sample)
    }
}
