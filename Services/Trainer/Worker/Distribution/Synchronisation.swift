import Model
import Torch

/// How a worker does its share of the mini-batches and keeps together with the others.
protocol Synchronisation {
    /// Does the mini-batch under way.
    /// - Returns: the epoch, if that ended it.
    mutating func trainBatch(
        of session: TrainingSession, with group: any Collective, meter: inout WorkerMeter
    ) throws -> TrainingSession.Epoch?

    /// The weights that come of the training where it ends now; nil for this worker's own.
    var result: [Float]? { get }
}

extension Synchronisation {
    var result: [Float]? { nil }
}

/// What one worker has done since it was asked last.
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

    /// Samples, samples per second of computing, and the share of time without it; then begins anew.
    /// - Parameter time: How long this worker has trained, with everything that it has waited for.
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
