import Model

/// Measured costs of the parts of a network for each worker of a pipeline.
public struct PipelineCosts: Hashable, Sendable {
    /// Seconds that each worker takes for each part of a micro-batch, forward and backward.
    public var seconds: [[Double]]
    /// Bytes of each part's weights, gradients and state of optimizers.
    public var weightBytes: [Double]
    /// Bytes that each part keeps from forward to backward for a micro-batch.
    public var activationBytes: [Double]
    /// Bytes that cross the boundary before each part for a micro-batch, in one direction.
    public var frameBytes: [Double]
    /// Seconds that a byte takes from each worker to the next.
    public var linkSeconds: [Double]
    /// Bytes of free memory of each worker.
    public var memory: [Double]
    /// Number of micro-batches per mini-batch.
    public var microBatches: Int

    /// Takes measurements.
    public init(
        seconds: [[Double]], weightBytes: [Double], activationBytes: [Double], frameBytes: [Double],
        linkSeconds: [Double], memory: [Double], microBatches: Int
    ) {
        self.seconds = seconds
        self.weightBytes = weightBytes
        self.activationBytes = activationBytes
        self.frameBytes = frameBytes
        self.linkSeconds = linkSeconds
        self.memory = memory
        self.microBatches = microBatches
    }
}

/// How the parts of a network are divided among the workers of a pipeline: each gets consecutive parts, such that the
/// slowest stage is as fast as possible (PipeDream; Narayanan et al. 2019).
///
/// A stage takes as long as it computes, or as long as its frames are in transfer if that is longer. With A(j, s) the
/// time of the slowest stage when the first j parts are on the first s workers,
/// A(j, s) = minᵢ max(A(i, s − 1), link(i), stage(i ..< j, s)). A stage that does not fit into its worker's memory
/// takes forever.
public struct PipelinePartition: Hashable, Sendable {
    /// Parts of each stage.
    public let stages: [Range<Int>]
    /// Seconds that the slowest stage takes for a micro-batch.
    public let slowest: Double

    /// Finds the best split.
    /// - Throws: `Failure` if there are fewer parts than workers, or if no split fits into the workers' memory.
    public init(_ costs: PipelineCosts) throws {
        let workers = costs.seconds.count, parts = costs.weightBytes.count
        guard parts >= workers else {
            throw Failure(
                .invalidArgument,
                "A network that can be split into \(parts) parts cannot be trained by a pipeline of \(workers) "
                    + "workers; use at most \(parts).")
        }
        let sums = PrefixSums(costs)
        var best = [Double](repeating: .infinity, count: parts + 1)
        best[0] = 0
        var cuts: [[Int]] = []
        for worker in 0..<workers {
            var next = [Double](repeating: .infinity, count: parts + 1)
            var from = [Int](repeating: 0, count: parts + 1)
            for end in worker + 1..<parts + 1 {
                for start in worker..<end where best[start] < next[end] {
                    let time = max(best[start], sums.stage(start..<end, worker), sums.link(before: start, worker))
                    if time < next[end] { (next[end], from[end]) = (time, start) }
                }
            }
            best = next
            cuts.append(from)
        }
        guard best[parts].isFinite else {
            let free = costs.memory.map { Self.megabytes($0) }.joined(separator: ", ")
            throw Failure(
                .busy,
                "No split of the network fits into the memory of the \(workers) workers (\(free) MB); use more "
                    + "workers, or a smaller batch in more micro-batches.")
        }
        slowest = best[parts]
        stages = Self.stages(cuts, parts)
    }

    private static func stages(_ cuts: [[Int]], _ parts: Int) -> [Range<Int>] {
        var end = parts
        var stages: [Range<Int>] = []
        for from in cuts.reversed() {
            stages.append(from[end]..<end)
            end = from[end]
        }
        return stages.reversed()
    }

    private static func megabytes(_ bytes: Double) -> String { "\(Int(bytes / 1e6))" }
}

/// Sums over consecutive parts.
private struct PrefixSums {
    private let costs: PipelineCosts
    private let seconds: [[Double]]
    private let weights: [Double]
    private let activations: [Double]

    init(_ costs: PipelineCosts) {
        func sums(_ values: [Double]) -> [Double] { values.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) } }
        self.costs = costs
        seconds = costs.seconds.map(sums)
        weights = sums(costs.weightBytes)
        activations = sums(costs.activationBytes)
    }

    /// Seconds of a stage on a worker.
    func stage(_ parts: Range<Int>, _ worker: Int) -> Double {
        func sum(_ values: [Double]) -> Double { values[parts.upperBound] - values[parts.lowerBound] }
        let held = Double(min(costs.seconds.count - worker, costs.microBatches))
        guard sum(weights) + held * sum(activations) <= costs.memory[worker] else { return .infinity }
        return sum(seconds[worker])
    }

    /// Seconds that a frame takes to a worker.
    func link(before part: Int, _ worker: Int) -> Double {
        worker == 0 ? 0 : costs.frameBytes[part] * costs.linkSeconds[worker - 1]
    }
}
