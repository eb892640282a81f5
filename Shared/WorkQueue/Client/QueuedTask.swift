public import Foundation
public import Model

/// A task as described by its submitter.
public struct TaskSubmission: Hashable, Sendable {
    /// Identity, chosen by the submitter; submitting it again changes nothing.
    public var id: String
    /// Kind of work, such as `train`.
    public var kind: String
    /// What it belongs to, such as a scenario; used to list and cancel tasks together.
    public var group: String
    /// What to do, in the form that the kind defines.
    public var payload: [UInt8]
    /// Higher priorities are leased first; within a priority, in order of submission.
    public var priority: Int
    /// Maximum number of attempts that may crash before the task is dead; nil for the queue's default.
    public var maximumAttempts: Int?
    /// Maximum number of workers that do it together; all get it at the same time.
    public var workers: Int
    /// Minimum number of workers with which it starts. It takes those that are free, and more at the end of a step.
    public var minWorkers: Int
    /// Whether workers of ranks above 0 may leave and be replaced while the others continue. Otherwise the loss of any
    /// worker takes the task from all of them.
    public var isElastic: Bool
    /// What a worker needs to do it.
    public var needs: ComputeNeeds

    /// Describes a task.
    public init(
        id: String, kind: String, group: String = "", payload: [UInt8] = [], priority: Int = 0,
        maximumAttempts: Int? = nil, workers: Int = 1, minWorkers: Int? = nil, isElastic: Bool = false,
        needs: ComputeNeeds = .none
    ) {
        self.id = id
        self.kind = kind
        self.group = group
        self.payload = payload
        self.priority = priority
        self.maximumAttempts = maximumAttempts
        self.workers = workers
        self.minWorkers = minWorkers ?? workers
        self.isElastic = isElastic
        self.needs = needs
    }
}

/// A task with everything that its queue knows about it.
public struct QueuedTask: Hashable, Sendable {
    /// Identity, chosen by the submitter.
    public var id: String
    /// Kind of work.
    public var kind: String
    /// What it belongs to.
    public var group: String
    /// How far it has come.
    public var state: TaskState
    /// Number of attempts started.
    public var attempt: Int
    /// Maximum number of attempts that may crash before the task is dead.
    public var maximumAttempts: Int
    /// The worker that has it or had it last; empty if none had it yet.
    public var worker: String
    /// What to do.
    public var payload: [UInt8]
    /// The result; empty until the task has succeeded.
    public var result: [UInt8]
    /// Why it failed, or why the last attempt failed.
    public var failure: Failure?
    /// The last checkpoint's blob.
    public var checkpoint: BlobDigest?
    /// When it was submitted.
    public var submitted: Date
    /// When its state last changed.
    public var updated: Date
    /// Last lines that the worker logged before it failed.
    public var logTail: String
    /// Number of workers that do it together.
    public var workers: Int

    /// Makes a record of a task.
    public init(
        id: String, kind: String, group: String, state: TaskState, attempt: Int, maximumAttempts: Int, worker: String,
        payload: [UInt8], result: [UInt8], failure: Failure?, checkpoint: BlobDigest?, submitted: Date, updated: Date,
        logTail: String, workers: Int = 1
    ) {
        self.id = id
        self.kind = kind
        self.group = group
        self.state = state
        self.attempt = attempt
        self.maximumAttempts = maximumAttempts
        self.worker = worker
        self.payload = payload
        self.result = result
        self.failure = failure
        self.checkpoint = checkpoint
        self.submitted = submitted
        self.updated = updated
        self.logTail = logTail
        self.workers = workers
    }
}
