public import Model

/// How full a queue is, and its workers.
public struct QueueStatistics: Hashable, Sendable {
    /// A worker as the queue sees it.
    public struct Worker: Hashable, Sendable {
        /// Name by which it pulls tasks.
        public var name: String
        /// The task that it has; absent if it is waiting.
        public var task: String?
        /// Time since it was last heard from.
        public var silence: Duration
        /// What it has to compute with.
        public var offer: ComputeOffer

        /// Describes a worker.
        public init(name: String, task: String?, silence: Duration, offer: ComputeOffer = ComputeOffer()) {
            self.name = name
            self.task = task
            self.silence = silence
            self.offer = offer
        }
    }

    /// Number of tasks in each state; a state without tasks is absent.
    public var tasks: [TaskState: Int]
    /// Workers heard from in the last minute, by name.
    public var workers: [Worker]

    /// Makes statistics.
    public init(tasks: [TaskState: Int], workers: [Worker]) {
        self.tasks = tasks
        self.workers = workers
    }
}
