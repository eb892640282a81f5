import CTorch
import Foundation
import Model
import Networks

/// Costs of the parts of a network for this worker, measured on one micro-batch.
struct PipelineProfile {
    /// How often each part is computed; its fastest time counts.
    private static let runs = 5

    private(set) var seconds: [Double] = []
    private(set) var weightBytes: [Double] = []
    private(set) var activationBytes: [Double] = []
    private(set) var frameBytes: [Double] = []

    /// Measures all parts, one after another, so that never more than one is in memory.
    init(of network: NetworkDescription, plan: TrainingPlan, samples: SampleSource, microBatch: Int) throws {
        let order = (0..<Int32(clamping: samples.count)).map { $0 }
        let count = min(microBatch, samples.count)
        // Each part gets the output of the previous one, because times depend on the memory layout of values.
        var received: Frame?
        for part in network.parts {
            let layout = try NetworkStage(of: network, layers: part)
            let stage = try PipelineStage(layout, plan: plan, steps: 1, samples: samples)
            var best = Duration.seconds(1_000_000)
            var (held, sent): (Int, Frame?) = (0, nil)
            for _ in 0..<Self.runs {
                let (busy, before) = (stage.busy, stage.heldBytes)
                sent = try stage.forward(0, 0..<count, in: order, batch: count, received: received)
                held = stage.heldBytes - before
                var progress = gyrus_progress()
                // Values serve as their own gradients.
                _ = try stage.backward(0, samples: count, gradient: sent, &progress)
                best = min(best, stage.busy - busy)
                stage.clear()
            }
            received = sent
            seconds.append(best / .seconds(1))
            weightBytes.append(Double(stage.stateBytes + stage.gradientBytes))
            activationBytes.append(Double(max(0, held)))
            frameBytes.append(Double(stage.frame(isSent: false, samples: count).bytes.count))
        }
    }

    /// Bytes of free memory of this machine; unlimited if the machine does not report it.
    static var freeMemory: Double {
        let lines = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let line = lines.first { $0.hasPrefix("MemAvailable:") }
        let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Double($0) }
        return kilobytes.map { $0 * 1024 } ?? .infinity
    }
}

extension PipelineCosts {
    /// Share of a worker's free memory that a stage may take.
    private static let memoryShare = 0.8

    /// Makes every worker measure the parts and its link, and gives all workers the same results.
    init(
        of network: NetworkDescription, plan: TrainingPlan, samples: SampleSource, microBatches: Int,
        over group: WorkerGroup
    ) throws {
        let batch = EpochProgress(plan, samples: samples.count).batchRange.count
        let own = try PipelineProfile(
            of: network, plan: plan, samples: samples, microBatch: (batch + microBatches - 1) / microBatches)
        let parts = own.seconds.count
        var row = own.seconds.map(Float.init)
        row += [Float(try group.measureLink()), Float(PipelineProfile.freeMemory * Self.memoryShare)]
        let rows = try group.gather(row)
        // Sizes do not depend on the worker, but rounding or another version of libtorch could make a difference.
        let bytes = try group.broadcast(
            (own.weightBytes + own.activationBytes + own.frameBytes).map(Float.init), from: 0)
        let all = bytes.map(Double.init)
        self.init(
            seconds: rows.map { $0[..<parts].map(Double.init) }, weightBytes: Array(all[..<parts]),
            activationBytes: Array(all[parts..<2 * parts]), frameBytes: Array(all[(2 * parts)...]),
            linkSeconds: rows.map { Double($0[parts]) }, memory: rows.map { Double($0[parts + 1]) },
            microBatches: microBatches)
    }
}

extension WorkerGroup {
    /// Number of bytes whose transfer to the next worker is timed.
    private static let probeBytes = 1 << 18

    /// Seconds that a byte takes to the next worker; 0 at the last one.
    fileprivate func measureLink() throws -> Double {
        if rank > 0 {
            for count in [8, Self.probeBytes] {
                try receive(bytes: count, from: rank - 1, tag: 0).finish()
                try send(Frame(bytes: 8), to: rank - 1, tag: 0).finish()
            }
        }
        guard rank + 1 < size else { return 0 }
        let times = try [8, Self.probeBytes].map { count in
            let start = ContinuousClock.now
            try send(Frame(bytes: count), to: rank + 1, tag: 0).finish()
            try receive(bytes: 8, from: rank + 1, tag: 0).finish()
            return (ContinuousClock.now - start) / .seconds(1)
        }
        return max(0, times[1] - times[0]) / Double(Self.probeBytes)
    }

    /// One vector per worker, by rank.
    fileprivate func gather(_ values: [Float]) throws -> [[Float]] {
        var all = [Float](repeating: 0, count: size * values.count)
        all.replaceSubrange(rank * values.count..<(rank + 1) * values.count, with: values)
        let sum = try sum(all)
        return (0..<size).map { Array(sum[$0 * values.count..<($0 + 1) * values.count]) }
    }
}
