public import Messaging
public import Model
import Schema

/// A client of a service's durable queue.
///
/// Every call that changes something is safe to repeat, so a call with `patience` survives a restart of the service
/// instead of failing.
///
/// ```swift
/// let queue = QueueClient(try ServiceDirectory().connect(to: .trainer, logger: logger))
/// try await queue.submit(TaskSubmission(id: "trial-7", kind: "train", payload: bytes), patience: .seconds(60))
/// let task = try await queue.end(of: "trial-7", patience: .seconds(60))
/// ```
public struct QueueClient: Sendable {
    /// How long the queue may take to answer a call that does not wait.
    private static let timeout = Duration.seconds(10)
    /// Duration of one wait for the end of a task.
    private static let turn = Duration.seconds(20)

    private let client: RequestClient

    /// Makes a client over a connection to the service.
    public init(_ client: RequestClient) { self.client = client }

    // MARK: For submitters

    /// Puts a task on disk; always safe to repeat.
    /// - Returns: State of the task, and whether this call created it.
    @discardableResult
    public func submit(
        _ task: TaskSubmission, patience: Duration = .zero
    ) async throws -> (state: TaskState, isNew: Bool) {
        let reply = try await client.callRetrying(
            .submit, Wire.SubmitRequest(task), timeout: Self.timeout, for: patience)
        return (try TaskState(reply.state), reply.created)
    }

    /// One task with all its contents; waits for its end, up to a given time.
    public func task(_ id: String, waiting: Duration = .zero, patience: Duration = .zero) async throws -> QueuedTask {
        let request = Wire.TaskRequest(id: id, waitMilliseconds: waiting.wholeMilliseconds)
        return try QueuedTask(
            await client.callRetrying(.task, request, timeout: waiting + Self.timeout, for: patience))
    }

    /// Waits until a task has ended, however long it takes.
    /// - Parameter patience: How long the service may be unreachable at a time.
    public func end(of id: String, patience: Duration) async throws -> QueuedTask {
        while true {
            let task = try await retrying(for: patience) { try await self.task(id, waiting: Self.turn) }
            if task.state.isFinal { return task }
        }
    }

    /// Submits a task and waits for its result. Repeating the call with the same identity finds the existing task.
    /// - Parameter patience: How long the service may be unreachable at a time.
    /// - Throws: The `Failure` with which the task ended, or `cancelled` if it was canceled.
    public func perform(_ submission: TaskSubmission, patience: Duration) async throws -> [UInt8] {
        try await submit(submission, patience: patience)
        let task = try await end(of: submission.id, patience: patience)
        switch task.state {
        case .succeeded: return task.result
        case .cancelled: throw Failure(.cancelled, "The task '\(task.id)' was canceled.")
        default:
            var failure = task.failure ?? Failure(.internal, "The task '\(task.id)' failed without a reason.")
            // The queue has exhausted its retries: asking again gives the same answer.
            failure.isRetriable = false
            throw failure
        }
    }

    /// Tasks in order of submission, without payloads and results.
    public func list(
        group: String = "", states: Set<TaskState> = [], limit: Int = 0, after: String = ""
    ) async throws -> [QueuedTask] {
        let request = Wire.TaskListRequest(
            group: group, states: states.map { Wire.TaskState($0) }, limit: UInt32(clamping: limit), after: after)
        return try await client.callRetrying(.listTasks, request, timeout: Self.timeout, for: .zero).tasks
            .map { try QueuedTask($0) }
    }

    /// Cancels one task, unless it has ended.
    /// - Returns: How many were canceled.
    @discardableResult
    public func cancel(_ id: String, patience: Duration = .zero) async throws -> Int {
        try await cancel(Wire.CancelRequest(id: id), patience)
    }

    /// Cancels all tasks of a group that have not ended.
    /// - Returns: How many were canceled.
    @discardableResult
    public func cancel(group: String, patience: Duration = .zero) async throws -> Int {
        try await cancel(Wire.CancelRequest(group: group), patience)
    }

    private func cancel(_ request: Wire.CancelRequest, _ patience: Duration) async throws -> Int {
        Int(try await client.callRetrying(.cancelTasks, request, timeout: Self.timeout, for: patience).count)
    }

    // MARK: For operators

    /// Gives a dead task new attempts.
    /// - Returns: Whether it was dead.
    public func requeue(_ id: String) async throws -> Bool {
        try await client.call(.requeue, Wire.DeadTaskRequest(id: id), timeout: Self.timeout).count > 0
    }

    /// Gives a dead task up for good.
    /// - Returns: Whether it was dead.
    public func drop(_ id: String) async throws -> Bool {
        try await client.call(.drop, Wire.DeadTaskRequest(id: id), timeout: Self.timeout).count > 0
    }

    /// How full the queue is, and its workers.
    public func statistics() async throws -> QueueStatistics {
        QueueStatistics(try await client.call(.queueStatistics, Wire.Empty(), timeout: Self.timeout))
    }

    // MARK: For workers

    /// Leases one task; waits for one, up to a given time. Without kinds, returns only a task that the worker already
    /// has.
    /// - Parameter instance: Random text of the worker's process; another process of the same name has its own leases.
    public func pull(
        worker: String, instance: String = "", kinds: [String], offer: ComputeOffer = ComputeOffer(), waiting: Duration,
        timeout: Duration = .seconds(10)
    ) async throws -> TaskLease? {
        let request = Wire.PullRequest(
            worker: worker, kinds: kinds, waitMilliseconds: waiting.wholeMilliseconds,
            instance: instance, offer: Wire.ComputeOffer(offer))
        let reply = try await client.call(.pull, request, timeout: waiting + timeout)
        return try reply.lease.map { try TaskLease($0, worker: worker) }
    }

    /// Renews the lease: the worker is alive and still working on the task.
    /// - Parameter offer: What it currently has to compute with; nil if nothing changed.
    public func renew(
        _ attempt: TaskAttempt, offer: ComputeOffer? = nil, timeout: Duration
    ) async throws -> TaskDirective {
        let request = Wire.RenewRequest(attempt: Wire.Attempt(attempt), offer: offer.map(Wire.ComputeOffer.init))
        return try TaskDirective(await client.call(.renew, request, timeout: timeout))
    }

    /// Announces the address of the workers' rendezvous, or waits until the worker of rank 0 has announced it.
    /// - Parameters:
    ///   - address: Where this worker listens, if it has rank 0; nil for the others.
    ///   - patience: How long the queue or the worker of rank 0 may be unreachable.
    public func rendezvous(_ attempt: TaskAttempt, at address: String?, patience: Duration) async throws -> String {
        let request = Wire.RendezvousRequest(
            attempt: Wire.Attempt(attempt), address: address ?? "", waitMilliseconds: Self.turn.wholeMilliseconds)
        return try await retrying(for: patience) {
            let reply = try await client.call(.rendezvous, request, timeout: Self.turn + Self.timeout)
            guard !reply.address.isEmpty else {
                throw Failure(
                    .unavailable,
                    "The worker of rank 0 of task '\(attempt.task)' has not yet announced where it listens.")
            }
            return reply.address
        }
    }

    /// Reports the worker's progress.
    public func report(
        _ report: TaskReport, of attempt: TaskAttempt, patience: Duration = .zero
    ) async throws -> TaskDirective {
        let request = Wire.ReportRequest(report, of: attempt)
        return try TaskDirective(await client.callRetrying(.report, request, timeout: Self.timeout, for: patience))
    }

    /// Ends the task with its result; safe to repeat.
    public func complete(
        _ attempt: TaskAttempt, result: [UInt8], patience: Duration = .zero
    ) async throws -> TaskDirective {
        let request = Wire.CompleteRequest(attempt: Wire.Attempt(attempt), result: result)
        return try TaskDirective(await client.callRetrying(.complete, request, timeout: Self.timeout, for: patience))
    }

    /// Ends a failed attempt; safe to repeat.
    public func fail(
        _ attempt: TaskAttempt, _ failure: Failure, logTail: String = "", patience: Duration = .zero
    ) async throws -> TaskDirective {
        let request = Wire.FailRequest(
            attempt: Wire.Attempt(attempt), failure: Wire.Failure(failure),
            logTail: logTail.replacing("\0", with: "␀"))
        return try TaskDirective(await client.callRetrying(.fail, request, timeout: Self.timeout, for: patience))
    }

    /// Returns the task because the worker must stop; safe to repeat.
    public func release(_ attempt: TaskAttempt, patience: Duration = .zero) async throws -> TaskDirective {
        let request = Wire.ReleaseRequest(attempt: Wire.Attempt(attempt))
        return try TaskDirective(await client.callRetrying(.release, request, timeout: Self.timeout, for: patience))
    }
}
