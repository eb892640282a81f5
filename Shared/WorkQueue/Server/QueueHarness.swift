public import Messaging
import Model
import Schema
import ServiceKit
import WorkQueueClient

/// Answers the routes of a queue: decodes, calls, encodes, and decides nothing.
public struct QueueHarness: Sendable {
    private let queue: WorkQueue

    /// Makes the harness of a queue.
    public init(_ queue: WorkQueue) { self.queue = queue }

    /// Adds the routes.
    public func register(in router: inout Router) {
        registerForSubmitters(in: &router)
        registerForWorkers(in: &router)
        registerForOperators(in: &router)
    }

    private func registerForSubmitters(in router: inout Router) {
        router.on(.submit) { request in
            let (state, isNew) = try await queue.submit(TaskSubmission(request))
            return Wire.SubmitReply(state: Wire.TaskState(state), created: isNew)
        }
        router.on(.task, kind: .waiting) { request in
            Wire.Task(try await queue.task(request.id, waiting: .milliseconds(Int64(request.waitMilliseconds))))
        }
        router.on(.cancelTasks) { request in
            Wire.CountReply(count: UInt32(try await queue.cancel(id: request.id, group: request.group)))
        }
    }

    private func registerForWorkers(in router: inout Router) {
        router.on(.pull, kind: .waiting) { request in
            let waiting = Duration.milliseconds(Int64(request.waitMilliseconds))
            let lease = try await queue.pull(worker: request.worker, kinds: request.kinds, waiting: waiting)
            return Wire.PullReply(lease: lease.map(Wire.Lease.init))
        }
        router.on(.renew) { request in
            Wire.DirectiveReply(try await queue.renew(TaskAttempt(request.attempt)))
        }
        router.on(.rendezvous, kind: .waiting) { request in
            let waiting = Duration.milliseconds(Int64(request.waitMilliseconds))
            let attempt = try TaskAttempt(request.attempt)
            return Wire.RendezvousReply(
                address: try await queue.rendezvous(attempt, at: request.address, waiting: waiting))
        }
        router.on(.report) { request in
            let attempt = try TaskAttempt(request.attempt)
            return Wire.DirectiveReply(try await queue.report(TaskReport(request), of: attempt))
        }
        router.on(.complete) { request in
            let attempt = try TaskAttempt(request.attempt)
            return Wire.DirectiveReply(try await queue.complete(attempt, result: request.result))
        }
        router.on(.fail) { request in
            let attempt = try TaskAttempt(request.attempt)
            let failure = request.failure.map(Failure.init) ?? Failure(.internal, "The worker gave no reason.")
            return Wire.DirectiveReply(try await queue.fail(attempt, failure, logTail: request.logTail))
        }
        router.on(.release) { request in
            Wire.DirectiveReply(try await queue.release(TaskAttempt(request.attempt)))
        }
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
