public import Messaging
public import Schema

/// Puts a task on disk; safe to repeat.
extension Route where Request == Wire.SubmitRequest, Reply == Wire.SubmitReply {
    /// `queue.submit`
    public static var submit: Self { Self("queue.submit", .submit) }
}

/// Gives a worker a task.
extension Route where Request == Wire.PullRequest, Reply == Wire.PullReply {
    /// `queue.pull`
    public static var pull: Self { Self("queue.pull", .work) }
}

/// Says that a worker lives.
extension Route where Request == Wire.RenewRequest, Reply == Wire.DirectiveReply {
    /// `queue.renew`
    public static var renew: Self { Self("queue.renew", .work) }
}

/// Tells the workers of a task where they meet.
extension Route where Request == Wire.RendezvousRequest, Reply == Wire.RendezvousReply {
    /// `queue.rendezvous`
    public static var rendezvous: Self { Self("queue.rendezvous", .work) }
}

/// Says how far a worker is.
extension Route where Request == Wire.ReportRequest, Reply == Wire.DirectiveReply {
    /// `queue.report`
    public static var report: Self { Self("queue.report", .work) }
}

/// Ends a task with its result; safe to repeat.
extension Route where Request == Wire.CompleteRequest, Reply == Wire.DirectiveReply {
    /// `queue.complete`
    public static var complete: Self { Self("queue.complete", .work) }
}

/// Ends an attempt that failed; safe to repeat.
extension Route where Request == Wire.FailRequest, Reply == Wire.DirectiveReply {
    /// `queue.fail`
    public static var fail: Self { Self("queue.fail", .work) }
}

/// Gives a task back; safe to repeat.
extension Route where Request == Wire.ReleaseRequest, Reply == Wire.DirectiveReply {
    /// `queue.release`
    public static var release: Self { Self("queue.release", .work) }
}

/// Reads one task, or waits for its end.
extension Route where Request == Wire.TaskRequest, Reply == Wire.Task {
    /// `queue.get`
    public static var task: Self { Self("queue.get", .read) }
}

/// Lists tasks.
extension Route where Request == Wire.TaskListRequest, Reply == Wire.TaskListReply {
    /// `queue.list`
    public static var listTasks: Self { Self("queue.list", .read) }
}

/// Withdraws tasks.
extension Route where Request == Wire.CancelRequest, Reply == Wire.CountReply {
    /// `queue.cancel`
    public static var cancelTasks: Self { Self("queue.cancel", .submit) }
}

/// Changes dead tasks.
extension Route where Request == Wire.DeadTaskRequest, Reply == Wire.CountReply {
    /// `queue.requeue`
    public static var requeue: Self { Self("queue.requeue", .operate) }
    /// `queue.drop`
    public static var drop: Self { Self("queue.drop", .operate) }
}

/// Says how full the queue is.
extension Route where Request == Wire.Empty, Reply == Wire.QueueStatisticsReply {
    /// `queue.statistics`
    public static var queueStatistics: Self { Self("queue.statistics", .read) }
}
