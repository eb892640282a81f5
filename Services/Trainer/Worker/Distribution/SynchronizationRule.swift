import Model
import Torch

/// How a worker does its share of the mini-batches and stays in sync with the others.
protocol SynchronizationRule {
    /// Does the current mini-batch.
    /// - Returns: the epoch, if that ended it.
    mutating func trainBatch(
        of session: TrainingSession, with group: any Collective, meter: inout WorkerMeter
    ) throws -> TrainingSession.Epoch?

    /// The resulting weights if training ended now; nil for this worker's own.
    var result: [Float]? { get }
}

extension SynchronizationRule {
    var result: [Float]? { nil }
}

/// The work of one worker since the last call.
struct WorkerMeter {
    private var samples = 0
    private var busy = Duration.zero

    /// Times a computation on samples.
    mutating func measure<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> (Result, Duration) {
        let begin = ContinuousClock.now
        let result = try body()
        let time = ContinuousClock.now - begin
        samples += count
        busy += time
        return (result, time)
    }

    /// Samples, samples per second of computing, and the share of idle time; then resets.
    /// - Parameter time: How long this worker has trained, including all waiting.
    mutating func take(over time: Duration) -> [String: Double] {
        let computing = max(busy, .microseconds(1))
        defer { self = WorkerMeter() }
        return [
            "samples": Double(samples),
            "samples-per-second": Double(samples) / (computing / .seconds(1)),
            "idle-share": max(0, 1 - computing / max(time, .microseconds(1))),
        ]
    }
}
