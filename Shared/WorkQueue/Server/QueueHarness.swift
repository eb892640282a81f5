public import Messaging
import Model
import Schema
import ServiceKit
import WorkQueueClient

/// Answers the routes of a queue: only decodes, calls and encodes.
public struct QueueHarness: Sendable {
    private let queue: WorkQueue

    /// Makes the harness of a queue.
    public init(_ queue: WorkQueue) { self.queue = queue }

    /// Adds the routes.
    public func register(in router: inout Router) {
        registerForSubmitters(in: &router)
        registerForWorkers(in: &router) { _, _ in true }
        registerForOperators(in: &router)
    }

    private func registerForSubmitters(in router: inout Router) {
        router.on(.submit) { request in
            let (state, isNew) = try await queue.submit(try TaskSubmission(request))
            KillPoint.taskSubmitted.pass()
            return Wire.SubmitReply(state: Wire.TaskState(state), created: isNew)
        }
        router.on(.task, kind: .waiting) { request in
            Wire.Task(try await queue.task(request.id, waiting: .milliseconds(Int64(request.waitMilliseconds))))
        }
        router.on(.cancelTasks) { request in
            Wire.CountReply(count: UInt32(try await queue.cancel(id: request.id, group: request.group)))
        }
    }

    /// Adds only the routes of workers, for a queue that only its own service fills.
    /// - Parameter admits: Whether the worker with a given name may have tasks of some kinds.
    public func registerForWorkers(
        in router: inout Router, admitting admits: @escaping @Sendable (_ worker: String, _ kinds: [String]) -> Bool
    ) {
        @Sendable func admitted(_ wire: Wire.Attempt?) throws -> TaskAttempt {
            let attempt = try TaskAttempt(wire)
            guard admits(attempt.worker, []) else { throw Self.refusal(attempt.worker) }
            return attempt
        }
        router.on(.pull, kind: .waiting) { request in
            guard admits(request.worker, request.kinds) else { throw Self.refusal(request.worker) }
            let waiting = Duration.milliseconds(Int64(request.waitMilliseconds))
            let lease = try await queue.pull(
                worker: request.worker, instance: request.instance, kinds: request.kinds,
                offer: ComputeOffer(request.offer), waiting: waiting)
            if lease != nil { KillPoint.taskLeased.pass() }
            return Wire.PullReply(lease: lease.map(Wire.Lease.init))
        }
        router.on(.renew) { request in
            Wire.DirectiveReply(
                try await queue.renew(admitted(request.attempt), offer: request.offer.map { ComputeOffer($0) }))
        }
        router.on(.rendezvous, kind: .waiting) { request in
            let waiting = Duration.milliseconds(Int64(request.waitMilliseconds))
            let attempt = try admitted(request.attempt)
            return Wire.RendezvousReply(
                address: try await queue.rendezvous(attempt, at: request.address, waiting: waiting))
        }
        router.on(.report) { request in
            let attempt = try admitted(request.attempt)
            let directive = try await queue.report(TaskReport(request), of: attempt)
            KillPoint.taskReported.pass()
            return Wire.DirectiveReply(directive)
        }
        router.on(.complete) { request in
            let attempt = try admitted(request.attempt)
            let directive = try await queue.complete(attempt, result: request.result)
            KillPoint.taskCompleted.pass()
            return Wire.DirectiveReply(directive)
        }
        router.on(.fail) { request in
            let attempt = try admitted(request.attempt)
            let failure = request.failure.map(Failure.init) ?? Failure(.internal, "The worker gave no reason.")
            return Wire.DirectiveReply(try await queue.fail(attempt, failure, logTail: request.logTail))
        }
        router.on(.release) { request in
            Wire.DirectiveReply(try await queue.release(admitted(request.attempt)))
        }
    }

    private static func refusal(_ worker: String) -> Failure {
        Failure(.permissionDenied, "Worker '\(worker)' is not allowed to take tasks of this kind from this queue.")
    }

    private func registerForOperators(in router: inout Router) {
        router.on(.listTasks) { request in
            let tasks = try await queue.list(
                group: request.group, states: Set(request.states.map { try TaskState($0) }), limit: Int(request.limit),
                after: request.after)
            return Wire.TaskListReply(tasks: try ReplyPage.fitting(tasks.map(Wire.Task.init)))
        }
        router.on(.requeue) { request in
            Wire.CountReply(count: try await queue.requeue(request.id) ? 1 : 0)
        }
        router.on(.drop) { request in
            Wire.CountReply(count: try await queue.drop(request.id) ? 1 : 0)
        }
        router.on(.queueStatistics) { _ in
            Wire.QueueStatisticsReply(try await queue.statistics())
        }
    }
}
