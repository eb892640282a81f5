import Model
import Torch

/// Every step uses the mean gradient of all workers, which is summed during the backward pass.
///
/// That equals one worker with the whole batch, except for the order of additions and for layers that look at a whole
/// batch or draw random numbers. Statistics travel with the gradient, so that every worker knows those of all.
struct GradientMean: SynchronizationRule {
    /// Mini-batches between two speed measurements; nil for equal shares throughout.
    let interval: Int?
    private let gradient: GradientSum
    private(set) var shares: BatchShares
    private var busy = Duration.zero
    private var batches = 0
    /// Whether the next mini-batch is the first one of its size, whose time measures compilation more than speed.
    private var isFresh = true

    init(_ gradient: GradientSum, workers: Int, adaptingEvery interval: Int? = nil) {
        self.gradient = gradient
        self.interval = interval
        shares = BatchShares(workers: workers)
    }

    mutating func trainBatch(
        of session: TrainingSession, with group: any Collective, meter: inout WorkerMeter
    ) throws -> TrainingSession.Epoch? {
        let share = shares.range(of: group.rank, in: session.batchRange)
        let (_, time) = try meter.measure(share.count) { try gradient.begin(over: share) }
        if !isFresh || interval == 1 { busy += time }
        isFresh = false
        let statistics = try gradient.step()
        try adaptIfDue(with: group)
        return try session.endBatch(statistics)
    }

    private mutating func adaptIfDue(with group: any Collective) throws {
        batches += 1
        guard let interval, batches.isMultiple(of: interval) else { return }
        isFresh = shares.adapt(to: try group.gather(Float(busy / .seconds(1))).map(Double.init))
        busy = .zero
    }
}

extension BatchStatistics {
    /// Statistics in wire form: loss, right answers, samples.
    init(_ values: ArraySlice<Float>) {
        let first = values.startIndex
        self.init(
            loss: Double(values[first]), correct: Double(values[first + 1]), samples: Double(values[first + 2]))
    }

    /// Statistics in wire form.
    var values: [Float] { [Float(loss), Float(correct), Float(samples)] }
}
