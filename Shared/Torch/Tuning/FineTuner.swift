import Foundation
public import Model
import Networks

/// Fine-tunes a pretrained network with a new head: first only the head, on features that are computed once, then the
/// layers from the top down, the upper ones with higher learning rates. The best epoch by validation is kept, even if
/// only the head was trained in it.
///
/// (Howard and Ruder, Universal language model fine-tuning, 2018: gradual unfreezing, discriminative learning rates.)
public final class FineTuner {
    /// Maximum number of epochs with layers below the head.
    public static let epochs = 8
    /// Number of epochs without an improvement after which it ends.
    private static let patience = 3
    /// Number of samples in a mini-batch.
    private static let batch = 16
    /// Learning rates of the head and of the uppermost block; the rate of each lower block is this share of the one
    /// above.
    private static let rates = (head: 1e-3, top: 3e-4, share: 0.4)
    /// Learning rate of adapters, which start at zero and tolerate a higher one.
    private static let adapterRate = 2e-3
    /// Number of samples whose features are computed between two reports.
    private static let chunk = 64

    private let tuning: NetworkTuning
    private let training: SampleSource
    private let validation: SampleSource
    private let metric: Metric
    private let network: ScriptedNetwork
    private var best: BestEpoch
    private var before: [String: Double] = [:]
    /// Estimated duration of an epoch with all layers.
    private let epochSeconds: Double
    private let seed: UInt64
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    /// Computes the features and trains the head.
    /// - Parameters:
    ///   - report: Called with the number of samples whose features are computed, and the total.
    /// - Throws: `Failure` if the network cannot learn, or accepts only one sample at a time.
    public init(
        _ tuning: NetworkTuning, training: SampleSource, validation: SampleSource, seed: UInt64 = 1,
        report: (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        let clock = ContinuousClock()
        start = clock.now
        let width = try tuning.width(of: training)
        let features = try tuning.features()
        let all = training.count + validation.count
        var done = 0
        func rows(of samples: SampleSource) throws -> [[Float]] {
            try stride(from: 0, to: samples.count, by: Self.chunk).flatMap { first in
                let part = samples.selecting(first..<min(first + Self.chunk, samples.count))
                defer { done += part.count }
                try report(done, all)
                return try features.outputs(for: part, width: width)
            }
        }
        let learned = try FeatureRows(try rows(of: training), of: training)
        let judged = try FeatureRows(try rows(of: validation), of: validation)
        // Gradients take twice as long as outputs.
        epochSeconds = 3 * ((clock.now - start) / .seconds(1)) * Double(training.count) / Double(max(1, all))
        (self.tuning, self.training, self.validation, self.seed) = (tuning, training, validation, seed)
        metric = Metric.usual(for: Scenario.Task(training.target.kind))
        best = BestEpoch(by: metric)
        let moments = learned.moments
        network = try tuning.network(
            means: moments.means, deviations: moments.deviations, outputs: training.target.outputs)
        try network.takeHead(try FeatureHead(learned, judged, moments, metric, seed: seed))
        before = try measured()
        try best.consider(1, before, of: { network })
    }

    /// Trains the layers below.
    /// - Parameters:
    ///   - seconds: Time limit for all of it; nil for none.
    ///   - report: Called with the number of mini-batches that are done, and the total.
    /// - Throws: `Failure` with code `deadline-exceeded` if there is no time for two epochs.
    public func finish(within seconds: Double? = nil, report: (Int, Int) throws -> Void = { _, _ in }) throws -> Tuning
    {
        if let seconds, spent + 2 * epochSeconds > seconds {
            throw Failure(
                .deadlineExceeded,
                "An epoch would take about \(Int(epochSeconds.rounded(.up))) seconds; the limit is \(Int(seconds)) for all epochs.",
                isRetriable: false)
        }
        var (epoch, last) = (0, epochSeconds)
        let perEpoch = (training.count + Self.batch - 1) / Self.batch
        for stage in Self.stages {
            tuning.thaw(from: stage.block)
            let session = try TrainingSession(further: network, plan: try plan(stage), samples: training)
            while !session.isFinished {
                guard epoch - bestEpoch < Self.patience + Self.stages.count - 1 else { return try outcome(epoch) }
                if let seconds, spent + last > seconds { return try outcome(epoch) }
                let begin = clock.now
                while try session.train(batches: 4) == nil {
                    try report(epoch * perEpoch + session.finishedBatches, Self.epochs * perEpoch)
                }
                last = (clock.now - begin) / .seconds(1)
                epoch += 1
                try best.consider(epoch + 1, try measured(), of: { network })
            }
        }
        return try outcome(epoch)
    }

    /// The number of the best epoch; 0 if only the head was trained.
    private var bestEpoch: Int { best.epoch - 1 }

    private typealias Stage = (block: Int, epochs: Int)

    /// The uppermost block, then the upper half, then all.
    private static let stages: [Stage] = [
        (NetworkTuning.blocks - 1, 1), (NetworkTuning.blocks / 2, 1), (0, epochs - 2),
    ]

    private func plan(_ stage: Stage) throws -> TrainingPlan {
        let top = tuning.rank == nil ? Self.rates.top : Self.adapterRate
        let blocks = (0..<NetworkTuning.blocks).map { block in
            let share = pow(Self.rates.share, Double(NetworkTuning.blocks - 1 - block))
            return Optimizer(branch: "block\(block).", rule: .adamw, learningRate: top * share, weightDecay: 0.01)
        }
        return try TrainingPlan(
            optimizers: blocks + [Optimizer(rule: .adamw, learningRate: Self.rates.head, weightDecay: 0.01)],
            epochs: stage.epochs, batch: Self.batch, seed: seed &+ UInt64(stage.block),
            schedule: LearningSchedule(.cosine, warmUp: stage.epochs > 1 ? 0.1 : 0, clipping: 1))
    }

    private var spent: Double { (clock.now - start) / .seconds(1) }

    private func measured() throws -> [String: Double] {
        let evaluation = try network.evaluate(on: validation).withBestThreshold
        var metrics = ["validation-loss": evaluation.loss]
        for (name, value) in evaluation.metrics { metrics["validation-\(name)"] = value }
        return metrics
    }

    private func outcome(_ epochs: Int) throws -> Tuning {
        try best.restore(into: network)
        let name = metric.name(on: "validation")
        let (old, new) = (before[name] ?? 0, best.metrics[name] ?? 0)
        return Tuning(
            metric: metric.name, before: old, after: new, isBetter: metric.utility(of: new) > metric.utility(of: old),
            bestEpoch: bestEpoch, epochs: epochs, weights: tuning.weightCount, rank: tuning.rank, seconds: spent)
    }
}

extension NetworkTuning {
    /// Number of features of a sample.
    /// - Throws: `Failure` if two samples together give different features than each alone; such a network cannot be
    ///   trained with mini-batches.
    func width(of samples: SampleSource) throws -> Int {
        guard samples.count > 1, let modality = samples.modality(input) else {
            throw Failure(.invalidArgument, "Fine-tuning needs at least two samples.")
        }
        let network = try features()
        let width = try features(of: modality.values(ofRow: Int(modality.indices[0])), shape: modality.shape).count
        let both = try network.outputs(for: samples.selecting(0..<2), width: width)
        let alone = try network.outputs(for: samples.selecting(1..<2), width: width)
        let scale = max(1e-3, alone[0].map(abs).max() ?? 0)
        guard zip(both[1], alone[0]).allSatisfy({ abs($0 - $1) <= 1e-2 * scale }) else {
            throw Failure(
                .invalidArgument, "The network returns different features for a sample when it gets two at once.")
        }
        return width
    }
}
