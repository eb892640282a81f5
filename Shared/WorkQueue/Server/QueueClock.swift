public import Foundation

/// A queue's external inputs: two clocks and randomness.
public struct QueueClock: Sendable {
    /// Reading of a clock that never goes back and stops while the machine sleeps; used for leases.
    public var monotonic: @Sendable () -> Duration
    /// Time of day; used for delays and events, because they outlive the process.
    public var date: @Sendable () -> Date
    /// A random number in 0..<1.
    public var random: @Sendable () -> Double

    /// Uses the machine's clocks, or others.
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
