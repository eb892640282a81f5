import Metrics

/// Measures how long transactions take.
enum TransactionTimer {
    static let label = "gyrus_sqlite_transaction_duration_seconds"

    /// Runs a transaction and records its time, however it ends.
    static func measure<Value>(_ timer: Metrics.Timer, _ body: () throws -> Value) rethrows -> Value {
        let start = ContinuousClock.now
        defer { timer.record(duration: ContinuousClock.now - start) }
        return try body()
    }
}
