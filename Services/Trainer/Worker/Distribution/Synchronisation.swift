import Model
import Torch

/// How a worker does its share of the mini-batches and keeps together with the others.
protocol Synchronisation {
    /// Does the mini-batch under way.
    /// - Returns: the epoch, if that ended it.
    mutating func trainBatch(
        of session: TrainingSession, with group: any Collective, meter: inout WorkerMeter
    ) throws -> TrainingSession.Epoch?
}

/// What one worker has done since it was asked last.
struct WorkerMeter {
    private(set) var samples = 0
    private(set) var busy = Duration.zero
    private var start = ContinuousClock.now

    /// Times a computation on samples.
    mutating func measure(
        _ count: Int, _ body: () throws -> (values: [Float], figures: BatchFigures)
    ) rethrows -> ([Float], BatchFigures, Duration) {
        let begin = ContinuousClock.now
        let (values, figures) = try body()
        let time = ContinuousClock.now - begin
        samples += count
        busy += time
        return (values, figures, time)
    }

    /// Samples per second of computing, and the share of time without it; then begins anew.
    mutating func take() -> [String: Double] {
        let (whole, computing) = (ContinuousClock.now - start, max(busy, .microseconds(1)))
        defer { self = WorkerMeter() }
        return [
            "samples-per-second": Double(samples) / (computing / .seconds(1)),
            "idle-share": max(0, 1 - computing / max(whole, .microseconds(1))),
        ]
    }
}
