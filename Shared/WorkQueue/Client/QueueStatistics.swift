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

    /// The workers that the waiting and running tasks call for.
    public struct Demand: Hashable, Sendable {
        /// Number of workers that the tasks can use. A task for several workers can use as many.
        public var usable: Int
        /// Number of workers that the largest task needs at the same time.
        public var needed: Int

        /// Describes a demand.
        public init(usable: Int = 0, needed: Int = 0) {
            self.usable = usable
            self.needed = needed
        }
    }

    /// Number of tasks in each state; a state without tasks is absent.
    public var tasks: [TaskState: Int]
    /// Workers heard from in the last minute, by name.
    public var workers: [Worker]
    /// The workers that the waiting and running tasks call for.
    public var demand: Demand

    /// Makes statistics.
    public init(tasks: [TaskState: Int], workers: [Worker], demand: Demand) {
        self.tasks = tasks
        self.workers = workers
        self.demand = demand
    }
}
