import Model
import Networks

/// Measures what one stage of a pipeline has done since the last query.
struct PipelineMeter {
    private let stage: PipelineStage
    private let group: WorkerGroup
    private var samples = 0
    /// Time of mini-batches, and the part of it spent computing, not counting time for scoring the network.
    private var (stepping, computing) = (Duration.zero, Duration.zero)
    private var start = ContinuousClock.now
    private var earlier: (busy: Duration, bytes: Int, waited: Duration)

    init(_ stage: PipelineStage, _ group: WorkerGroup) {
        self.stage = stage
        self.group = group
        earlier = (stage.busy, group.bytes, group.waited)
    }

    /// Times a mini-batch.
    mutating func measure<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
        let (begin, busy) = (ContinuousClock.now, stage.busy)
        let result = try body()
        stepping += ContinuousClock.now - begin
        computing += stage.busy - busy
        samples += count
        return result
    }

    /// Returns the statistics by name, and resets them.
    mutating func take(microBatches: Int) -> [String: Double] {
        let busy = max(stage.busy - earlier.busy, .microseconds(1))
        let whole = max(ContinuousClock.now - start, .microseconds(1))
        defer { self = PipelineMeter(stage, group) }
        return [
            "samples-per-second": Double(samples) / max(computing / .seconds(1), 1e-6),
            "idle-share": max(0, 1 - busy / whole),
            "bubble-share": max(0, 1 - computing / max(stepping, .microseconds(1))),
            "bubble-theory": PipelineSchedule.idleShare(stages: group.size, microBatches: microBatches),
            "exchanged-bytes": Double(group.bytes - earlier.bytes),
            "waiting-seconds": (group.waited - earlier.waited) / .seconds(1),
            "first-layer": Double(stage.layout.layers.lowerBound + 1), "layers": Double(stage.layout.layers.count),
            "state-bytes": Double(stage.stateBytes), "held-bytes": Double(stage.takePeakBytes()),
        ]
    }
}

extension PipelineTraining {
    /// What this worker did since the last query.
    public func takeStatistics() -> [String: Double] { meter.take(microBatches: microBatches) }
}
