/// Settings of a queue.
public struct QueueSettings: Hashable, Sendable {
    /// How long a lease lasts without renewal.
    public var lease: Duration = .seconds(30)
    /// How often a worker renews its lease.
    public var heartbeat: Duration = .seconds(2)
    /// How long a worker may be silent before its task goes to another.
    public var silence: Duration = .seconds(10)
    /// Delay before the second attempt; it doubles with each further attempt.
    public var firstDelay: Duration = .seconds(1)
    /// Longest delay before an attempt.
    public var longestDelay: Duration = .seconds(60)
    /// Default number of crashed attempts after which a task is dead.
    public var maximumAttempts = 3
    /// Maximum number of waiting tasks; further ones are answered `busy`.
    public var capacity = 10_000
    /// After how long a full queue asks submitters to retry.
    public var retryAfter: Duration = .seconds(1)
    /// Maximum number of workers that do one task together.
    public var largestGang = 64
    /// How long a task for several workers lets later tasks go first while too few workers are free.
    public var gangPatience: Duration = .seconds(30)
    /// Maximum size in bytes of the address of a task's rendezvous.
    public var largestAddress = 1_024
    /// Maximum time that a pull or a wait for a task's end is held open.
    public var longestWait: Duration = .seconds(30)
    /// Maximum size in bytes of a payload or a result; both fit into one reply.
    public var largestPayload = 480 << 10
    /// Maximum size in bytes of a failure's message.
    public var largestMessage = 16 << 10
    /// Maximum size in bytes of an identity, a kind, a group or a worker's name.
    public var longestName = 1_024
    /// Maximum number of kinds that a worker asks for.
    public var mostKinds = 64
    /// Maximum size in bytes of a log tail.
    public var largestLogTail = 16 << 10
    /// How long a silent worker without a task remains in the list of workers.
    public var workerMemory: Duration = .seconds(60)

    /// The settings used in production.
    public init() {}

    /// Delay before the next attempt of a task.
    /// - Parameters:
    ///   - crashes: Attempts that have crashed, at least 1.
    ///   - jitter: A random number in 0..<1, which spreads tasks that crashed together over half of the delay.
    public func delay(afterCrashes crashes: Int, jitter: Double) -> Duration {
        let doublings = min(max(crashes - 1, 0), 30)
        let full = min(firstDelay * (1 << doublings), longestDelay)
        return full * (0.5 + 0.5 * jitter)
    }
}
