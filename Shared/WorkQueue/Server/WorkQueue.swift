public import GRDB
public import Logging
public import Model
public import ServiceLifecycle
public import Storage
public import WorkQueueClient

/// A durable queue of leased tasks.
///
/// Nothing is acknowledged before it is on disk. A task is delivered at least once and takes effect exactly once. The
/// database is the authority on who owns a task, and every message of a worker is checked there by its attempt's
/// number. The clocks of the leases are in memory, and each start of the service begins a fresh period.
///
/// ```swift
/// let database = try ServiceDatabase.open(at: file) { migrator in
///     EventLog.registerMigrations(in: &migrator)
///     WorkQueue.registerMigrations(in: &migrator)
/// }
/// let queue = try await WorkQueue(database, events: EventLog(database, service: "trainer"), logger: logger)
/// try await queue.submit(TaskSubmission(id: "t1", kind: "train", payload: bytes))
/// ```
///
/// `run()` returns the tasks of silent workers. Add the queue to the service group before the server that answers.
public actor WorkQueue: Service {
    /// What a service writes in the transaction that ends a task with its result.
    public typealias SuccessHook = @Sendable (QueuedTask, Database) throws -> Void

    /// Settings of the queue.
    public nonisolated let settings: QueueSettings

    nonisolated let database: ServiceDatabase
    nonisolated let store: TaskStore
    nonisolated let now: @Sendable () -> Duration
    nonisolated let logger: Logger
    private nonisolated let onSuccess: SuccessHook?
    /// Pulls that wait for a task, by kind.
    nonisolated let available = WaitList<String>()
    /// Readers that wait for the end of a task, by its identity.
    nonisolated let ended = WaitList<String>()
    /// Workers that wait for the address of their rendezvous, by the task's identity.
    nonisolated let met = WaitList<String>()

    var leases: LeaseTable
    var workers = WorkerTable()
    /// Samples per second last reported by the workers of running tasks, by task.
    private(set) var speeds: [String: Double] = [:]

    /// Opens the queue in a service's database. Every lease found there gets a fresh period.
    /// - Parameters:
    ///   - database: The database, migrated with `EventLog.registerMigrations` and ``registerMigrations(in:)``.
    ///   - events: The service's event log, in the same database.
    ///   - settings: Settings of the queue.
    ///   - clock: Clocks and randomness, replaced in tests.
    ///   - onSuccess: Called in the transaction that ends a task with its result, to write related data with it.
    public init(
        _ database: ServiceDatabase, events: EventLog, settings: QueueSettings = QueueSettings(),
        clock: QueueClock = QueueClock(), logger: Logger,
        onSuccess: SuccessHook? = nil
    ) async throws {
        self.settings = settings
        self.logger = logger
        self.onSuccess = onSuccess
        self.database = database
        now = clock.monotonic
        store = TaskStore(settings: settings, events: events, date: clock.date, jitter: clock.random)
        leases = LeaseTable(silence: settings.silence)
        let store = store
        let leased = try await database.read { db in try store.leasedAttempts(in: db) }
        for attempt in leased { leases.grant(attempt, at: clock.monotonic()) }
    }

    /// Registers the queue's tables, which need those of the event log.
    public static func registerMigrations(in migrator: inout DatabaseMigrator) {
        TaskStore.registerMigrations(in: &migrator)
    }

    // MARK: Submitting

    /// Puts a task on disk; always safe to repeat, because a known identity changes nothing.
    /// - Returns: State of the task, and whether this call created it.
    /// - Throws: `Failure` with code `busy` if the queue is full, `invalid-argument` if the task is invalid.
    @discardableResult
    public func submit(_ task: TaskSubmission) async throws -> (state: TaskState, isNew: Bool) {
        try check(task)
        let store = store
        let outcome = try await database.write { db in try store.insert(task, in: db) }
        if outcome.isNew { Self.announce(task, available) }
        return outcome
    }

    /// Puts a task on disk in the caller's transaction, for a service that must write its own data with it.
    public nonisolated func submit(_ task: TaskSubmission, in db: Database) throws {
        try check(task)
        let available = available
        guard try store.insert(task, in: db).isNew else { return }
        db.afterNextTransaction { _ in Self.announce(task, available) }
    }

    /// Wakes workers that may do the task, but only as many as it needs: of a thousand, most would look in vain.
    private static func announce(_ task: TaskSubmission, _ available: WaitList<String>) {
        if task.workers == 1 { available.wake(task.kind, most: 1) } else { available.wake(task.kind) }
    }

    private nonisolated func check(_ task: TaskSubmission) throws {
        for (name, value) in [("id", task.id), ("kind", task.kind)] where value.isEmpty {
            throw Failure(.invalidArgument, "A task needs a value in the field '\(name)'.")
        }
        try checkLengths([("id", task.id), ("kind", task.kind), ("group", task.group)])
        guard task.payload.count <= settings.largestPayload else {
            throw Failure(
                .invalidArgument,
                "The payload of task '\(task.id)' has \(task.payload.count) bytes; the maximum is"
                    + " \(settings.largestPayload). Put large data into a blob and name it.")
        }
        guard (1...settings.largestGang).contains(task.workers) else {
            throw Failure(
                .invalidArgument,
                "Task '\(task.id)' asks for \(task.workers) workers; 1 to \(settings.largestGang) are allowed.")
        }
        guard (1...task.workers).contains(task.minWorkers) else {
            throw Failure(
                .invalidArgument,
                "Task '\(task.id)' asks for at least \(task.minWorkers) of \(task.workers) workers; 1 to "
                    + "\(task.workers) are allowed.")
        }
        if let attempts = task.maximumAttempts, !(1...1_000).contains(attempts) {
            throw Failure(.invalidArgument, "Task '\(task.id)' asks for \(attempts) attempts; 1 to 1000 are allowed.")
        }
    }

    private nonisolated func checkLengths(_ fields: [(name: String, value: String)]) throws {
        for (name, value) in fields where value.utf8.count > settings.longestName {
            throw Failure(
                .invalidArgument,
                "The field '\(name)' has \(value.utf8.count) bytes; the maximum is \(settings.longestName).")
        }
    }

    // MARK: Pulling

    /// Leases one task to a worker; waits for one, up to a given time.
    ///
    /// A worker has one task at a time. A worker that asks although it has a lease did not get the reply to its last
    /// pull, and gets the same lease again; without kinds it gets nothing else. Of two pulls by one worker only the
    /// later one counts.
    /// - Parameter instance: Random text of the worker's process; another process of the same name has its own leases.
    public func pull(
        worker name: String, instance: String = "", kinds: [String], offer: ComputeOffer = ComputeOffer(),
        waiting: Duration
    ) async throws -> TaskLease? {
        guard !name.isEmpty else { throw Failure(.invalidArgument, "A pull needs the name of the worker.") }
        try checkLengths([("worker", name), ("instance", instance)] + kinds.map { ("kinds", $0) })
        guard kinds.count <= settings.mostKinds else {
            throw Failure(.invalidArgument, "A pull names \(kinds.count) kinds; the maximum is \(settings.mostKinds).")
        }
        let worker = WorkerProcess(name: name, instance: instance, offer: offer)
        let pull = workers.beginPull(worker, kinds: kinds, at: now())
        defer { workers.endPull(worker, pull, at: now()) }
        if !kinds.isEmpty { try await join(worker, kinds) }
        let deadline = now() + (kinds.isEmpty ? .zero : min(waiting, settings.longestWait))
        while workers.isLatest(pull, of: worker) {
            let ticket = available.ticket(for: kinds)
            var looksAgain = false
            defer {
                // This worker was woken for a task that it will not take, so another worker gets the chance.
                if ticket.discard() && !looksAgain { for kind in kinds { available.wake(kind, most: 1) } }
            }
            let (lease, gang, nextDue) = try await grant(worker, kinds)
            for attempt in gang { leases.grant(attempt, at: now()) }
            // The other workers of the gang are waiting in their pulls.
            if gang.count > 1, let lease { available.wake(lease.kind) }
            if let lease {
                logger.debug("leased", metadata: metadata(lease.attempt))
                return lease
            }
            let remaining = deadline - now()
            guard remaining > .zero, workers.isLatest(pull, of: worker) else { return nil }
            await ticket.wait(for: min(remaining, nextDue ?? remaining))
            try Task.checkCancellation()
            looksAgain = workers.isLatest(pull, of: worker)
        }
        return nil
    }

    private func grant(
        _ worker: WorkerProcess, _ kinds: [String]
    ) async throws -> (TaskLease?, gang: [TaskAttempt], nextDue: Duration?) {
        let (store, workers) = (store, workers)
        let candidates: TaskStore.Candidates = { workers.candidates(for: $0, meeting: $1) }
        return try await database.write { db in
            if let lease = try store.lease(of: worker, in: db) { return (lease, [lease.attempt], nil) }
            if let (lease, gang) = try store.lease(kinds: kinds, to: worker, among: candidates, in: db) {
                return (lease, gang, nil)
            }
            try store.noteUnmetNeeds(kinds: kinds, among: candidates, in: db)
            return (nil, [], try store.timeToNextDue(kinds: kinds, for: worker.offer, in: db))
        }
    }

    private func join(_ worker: WorkerProcess, _ kinds: [String]) async throws {
        guard workers.markJoined(worker.name) else { return }
        logger.info("worker joined", metadata: ["worker": "\(worker.name)"])
        var attributes = ["kinds": kinds.joined(separator: ",")]
        attributes["device"] = worker.offer.device?.description
        if !worker.offer.model.isEmpty { attributes["model"] = worker.offer.model }
        if worker.offer.memory > 0 { attributes["memory"] = ByteCount.text(worker.offer.memory) }
        let joined = attributes
        let events = store.events
        try await database.write { db in
            try events.append(kind: "worker.joined", subject: worker.name, attributes: joined, in: db)
        }
    }

    // MARK: Messages from workers about their task

    /// Records that a worker is alive and working on the task.
    /// - Parameter offer: What the worker currently has to compute with; nil if nothing changed.
    public func renew(_ attempt: TaskAttempt, offer: ComputeOffer? = nil) async throws -> TaskDirective {
        hear(attempt)
        if let offer { workers.note(offer, of: attempt.worker) }
        if leases.renew(attempt, at: now()) { return .proceed }
        let store = store
        return try await database.read { db in try store.directive(for: attempt, in: db) }
    }

    /// Records the progress of a task as an event, and its checkpoint. If a step has ended and free workers could join
    /// the task, the answer says so.
    public func report(_ report: TaskReport, of attempt: TaskAttempt) async throws -> TaskDirective {
        hear(attempt)
        if let speed = report.metrics["samples-per-second"] { speeds[attempt.task] = speed }
        let (store, workers) = (store, workers)
        return try await database.write { db in
            let directive = try store.report(report, of: attempt, in: db)
            guard directive == .proceed, report.step > 0, report.step < report.steps else { return directive }
            return try store.canGrow(attempt, among: { workers.candidates(for: $0, meeting: $1) }, in: db)
                ? .regroup : .proceed
        }
    }

    /// Ends a task with its result; repeating it gets the same answer.
    public func complete(_ attempt: TaskAttempt, result: [UInt8]) async throws -> TaskDirective {
        guard result.count <= settings.largestPayload else {
            throw Failure(
                .invalidArgument,
                "The result of task '\(attempt.task)' has \(result.count) bytes; the maximum is"
                    + " \(settings.largestPayload). Put large data into a blob and name it.")
        }
        hear(attempt)
        let (store, onSuccess) = (store, onSuccess)
        let (directive, over) = try await database.write { db in
            (
                try store.complete(attempt, result: result, in: db, then: onSuccess),
                try store.attemptsOver(after: attempt, in: db)
            )
        }
        conclude(over, attempt, "completed", directive)
        return directive
    }

    /// Ends a failed attempt: the task is retried later, or has failed.
    public func fail(_ attempt: TaskAttempt, _ failure: Failure, logTail: String) async throws -> TaskDirective {
        hear(attempt)
        let store = store
        let (directive, over) = try await database.write { db in
            (try store.fail(attempt, failure, logTail: logTail, in: db), try store.attemptsOver(after: attempt, in: db))
        }
        conclude(over, attempt, "failed: \(failure.message)", directive)
        available.wakeAll()
        return directive
    }

    /// Takes back a task that its worker returns because it must stop; does not count as a crash.
    public func release(_ attempt: TaskAttempt) async throws -> TaskDirective {
        hear(attempt)
        let store = store
        let (directive, over) = try await database.write { db in
            (try store.release(attempt, in: db), try store.attemptsOver(after: attempt, in: db))
        }
        conclude(over, attempt, "released", directive)
        available.wakeAll()
        return directive
    }

    private func hear(_ attempt: TaskAttempt) {
        workers.hear(attempt.worker, at: now())
        _ = leases.renew(attempt, at: now())
    }

    /// Called after an attempt has ended on disk: its lease ends, and everyone waiting for the task checks again.
    func conclude(_ over: [TaskAttempt], _ attempt: TaskAttempt, _ what: String, _ directive: TaskDirective) {
        for attempt in over {
            leases.end(task: attempt.task, attempt: attempt.number)
            speeds[attempt.task] = nil
            ended.wake(attempt.task)
        }
        logger.debug("attempt ended", metadata: metadata(attempt, ["how": "\(what)", "directive": "\(directive)"]))
    }

    // MARK: Ending tasks from outside

    /// Cancels tasks that have not ended: one by its identity, or all of a group.
    ///
    /// A worker that has one of them learns of it with its next message, and its result has no effect.
    /// - Returns: How many were canceled.
    public func cancel(id: String = "", group: String = "") async throws -> Int {
        guard id.isEmpty != group.isEmpty else {
            throw Failure(.invalidArgument, "Name either one task or one group to cancel.")
        }
        let store = store
        let cancelled = try await database.write { db in try store.cancel(id: id, group: group, in: db) }
        for task in cancelled {
            leases.end(task: task.id, attempt: .max)
            ended.wake(task.id)
        }
        let count = cancelled.count { $0.rank == 0 }
        let named: Logger.Metadata = id.isEmpty ? ["group": "\(group)"] : ["task": "\(id)"]
        logger.info("cancelled", metadata: named.merging(["count": "\(count)"]) { $1 })
        return count
    }

    /// Gives a dead task new attempts.
    /// - Returns: Whether it was dead.
    public func requeue(_ id: String) async throws -> Bool {
        let store = store
        let changed = try await database.write { db in try store.requeue(id, in: db) }
        if changed { available.wakeAll() }
        return changed
    }

    /// Gives a dead task up for good.
    /// - Returns: Whether it was dead.
    public func drop(_ id: String) async throws -> Bool {
        let store = store
        let changed = try await database.write { db in try store.drop(id, in: db) }
        if changed { ended.wake(id) }
        return changed
    }

    // MARK: For readers

    /// Workers heard from recently, by name.
    func currentWorkers() -> [QueueStatistics.Worker] {
        let tasks = leases.tasksByWorker
        return workers.list(at: now(), memory: settings.workerMemory) { tasks[$0] }
    }

    nonisolated func metadata(_ attempt: TaskAttempt, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
        more.merging([
            "task": "\(attempt.task)", "attempt": "\(attempt.number)", "worker": "\(attempt.worker)",
        ]) { $1 }
    }
}
