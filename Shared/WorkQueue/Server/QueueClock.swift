public import Foundation

/// What a queue takes from outside: two clocks and chance.
public struct QueueClock: Sendable {
    /// Reading of a clock that never goes back and stands still while the machine sleeps; leases go by it.
    public var monotonic: @Sendable () -> Duration
    /// Time of day; delays and events go by it, because they outlive the process.
    public var date: @Sendable () -> Date
    /// A random number in 0..<1.
    public var random: @Sendable () -> Double

    /// Makes the clocks of the machine, or others.
    public init(
        monotonic: @escaping @Sendable () -> Duration = QueueClock.machine(),
        date: @escaping @Sendable () -> Date = { Date() },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.monotonic = monotonic
        self.date = date
        self.random = random
    }

    /// The machine's monotonic clock, counted from now.
    public static func machine() -> @Sendable () -> Duration {
        let start = SuspendingClock.now
        return { SuspendingClock.now - start }
    }
}
