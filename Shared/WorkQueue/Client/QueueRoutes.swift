package import Messaging
package import Schema

/// Puts a task on disk; safe to repeat.
extension Route where Request == Wire.SubmitRequest, Reply == Wire.SubmitReply {
    /// `queue.submit`
    package static var submit: Route<Wire.SubmitRequest, Wire.SubmitReply> { .init("queue.submit", .submit) }
}

/// Leases a task to a worker.
extension Route where Request == Wire.PullRequest, Reply == Wire.PullReply {
    /// `queue.pull`
    package static var pull: Route<Wire.PullRequest, Wire.PullReply> { .init("queue.pull", .work) }
}

/// Reports that a worker is alive.
extension Route where Request == Wire.RenewRequest, Reply == Wire.DirectiveReply {
    /// `queue.renew`
    package static var renew: Route<Wire.RenewRequest, Wire.DirectiveReply> { .init("queue.renew", .work) }
}

/// Tells the workers of a task the address of their rendezvous.
extension Route where Request == Wire.RendezvousRequest, Reply == Wire.RendezvousReply {
    /// `queue.rendezvous`
    package static var rendezvous: Route<Wire.RendezvousRequest, Wire.RendezvousReply> {
        .init("queue.rendezvous", .work)
    }
}

/// Reports a worker's progress.
extension Route where Request == Wire.ReportRequest, Reply == Wire.DirectiveReply {
    /// `queue.report`
    package static var report: Route<Wire.ReportRequest, Wire.DirectiveReply> { .init("queue.report", .work) }
}

/// Ends a task with its result; safe to repeat.
extension Route where Request == Wire.CompleteRequest, Reply == Wire.DirectiveReply {
    /// `queue.complete`
    package static var complete: Route<Wire.CompleteRequest, Wire.DirectiveReply> { .init("queue.complete", .work) }
}

/// Ends a failed attempt; safe to repeat.
extension Route where Request == Wire.FailRequest, Reply == Wire.DirectiveReply {
    /// `queue.fail`
    package static var fail: Route<Wire.FailRequest, Wire.DirectiveReply> { .init("queue.fail", .work) }
}

/// Returns a task to the queue; safe to repeat.
extension Route where Request == Wire.ReleaseRequest, Reply == Wire.DirectiveReply {
    /// `queue.release`
    package static var release: Route<Wire.ReleaseRequest, Wire.DirectiveReply> { .init("queue.release", .work) }
}

/// Reads one task, or waits for its end.
extension Route where Request == Wire.TaskRequest, Reply == Wire.Task {
    /// `queue.get`
    package static var task: Route<Wire.TaskRequest, Wire.Task> { .init("queue.get", .read) }
}

/// Lists tasks.
extension Route where Request == Wire.TaskListRequest, Reply == Wire.TaskListReply {
    /// `queue.list`
    package static var listTasks: Route<Wire.TaskListRequest, Wire.TaskListReply> { .init("queue.list", .read) }
}

/// Cancels tasks.
extension Route where Request == Wire.CancelRequest, Reply == Wire.CountReply {
    /// `queue.cancel`
    package static var cancelTasks: Route<Wire.CancelRequest, Wire.CountReply> { .init("queue.cancel", .submit) }
}

/// Changes dead tasks.
extension Route where Request == Wire.DeadTaskRequest, Reply == Wire.CountReply {
    /// `queue.requeue`
    package static var requeue: Route<Wire.DeadTaskRequest, Wire.CountReply> { .init("queue.requeue", .operate) }
    /// `queue.drop`
    package static var drop: Route<Wire.DeadTaskRequest, Wire.CountReply> { .init("queue.drop", .operate) }
}

/// Returns how full the queue is.
extension Route where Request == Wire.Empty, Reply == Wire.QueueStatisticsReply {
    /// The numbers of tasks in each state.
    package static var queueStatistics: Route<Wire.Empty, Wire.QueueStatisticsReply> {
        .init("queue.statistics", .read)
    }
}
