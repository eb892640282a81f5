import CTorch
public import Foundation
import Model
public import Networks
import Safetensors

/// One worker's part in a training whose layers are divided among several workers (GPipe; Huang et al. 2019).
///
/// Every mini-batch is split into micro-batches, which go through the stages one after another (`PipelineSchedule`), so
/// that all stages compute at the same time. Their gradients are accumulated before the single step of the optimizers,
/// so the training equals that of one worker up to rounding, wherever the layers are split. Layers that use a whole
/// batch (batch normalization) see a micro-batch, and dropout draws separately for each stage and micro-batch.
///
/// The worker of rank 0 has the first layers and directs all workers; `train` on another worker follows its commands.
///
/// Not `Sendable`: only one thread may use it at a time.
public final class PipelineTraining: ResumableTraining {
    /// How the network is trained.
    public let plan: TrainingPlan
    /// This worker's layers.
    public let stage: PipelineStage
    /// Layers of every stage, by rank.
    public let stages: [Range<Int>]
    /// Number of micro-batches per mini-batch.
    public let microBatches: Int

    let group: WorkerGroup
    var epochProgress: EpochProgress
    var hasEnded = false
    var meter: PipelineMeter
    let description: NetworkDescription
    let validation: SampleSource
    private let samples: SampleSource
    /// The whole network, as it was after a given number of mini-batches.
    var whole: (network: ScriptedNetwork, step: Int)?

    /// Measures the layers on all workers, divides them, and makes those of this worker.
    /// - Parameters:
    ///   - validation: Samples that `evaluate` scores, the same for all workers.
    ///   - weights: Files that together have all weights; fresh weights if empty.
    ///   - group: All workers of this training, used for nothing else.
    /// - Throws: `Failure` if the network, the plan, the samples and the workers do not fit together.
    public init(
        _ description: NetworkDescription, plan: TrainingPlan, microBatches: Int, samples: SampleSource,
        validation: SampleSource, weights: [(file: URL, prefix: String)] = [], over group: WorkerGroup
    ) throws {
        try Self.check(description, plan, samples, microBatches)
        let costs = try PipelineCosts(
            of: description, plan: plan, samples: samples, microBatches: microBatches, over: group)
        let parts = description.parts
        let partition = try PipelinePartition(costs)
        stages = partition.stages.map { parts[$0.lowerBound].lowerBound..<parts[$0.upperBound - 1].upperBound }
        let layout = try NetworkStage(of: description, layers: stages[group.rank])
        epochProgress = EpochProgress(plan, samples: samples.count)
        stage = try PipelineStage(layout, plan: plan, steps: epochProgress.steps, samples: samples, weights: weights)
        meter = PipelineMeter(stage, group)
        self.description = description
        self.plan = plan
        self.microBatches = microBatches
        self.samples = samples
        self.validation = validation
        self.group = group
    }

    private static func check(
        _ description: NetworkDescription, _ plan: TrainingPlan, _ samples: SampleSource, _ microBatches: Int
    ) throws {
        guard plan.constraint == nil else {
            throw Failure(
                .invalidArgument,
                "A network whose representations are coordinated cannot be trained by a pipeline, because the loss "
                    + "needs layers of several stages; use distribution: data-parallel.")
        }
        guard plan.schedule.clipping == nil else {
            throw Failure(
                .invalidArgument,
                "A pipeline cannot clip gradients, because no worker has those of all layers; use distribution: "
                    + "data-parallel, or leave out gradient-clipping.")
        }
        let least = samples.count / EpochProgress(plan, samples: samples.count).batchesPerEpoch
        let isNormalized = description.layers.contains { $0.operation.kind == "batch-normalization" }
        guard least / microBatches >= (isNormalized ? 2 : 1) else {
            throw Failure(
                .invalidArgument,
                "A mini-batch of \(least) samples cannot be split into \(microBatches) micro-batches"
                    + (isNormalized ? " of at least 2, which batch normalization needs" : "")
                    + "; use fewer micro-batches or a larger batch.")
        }
        try TrainingSession.check(description, plan, samples)
    }

    /// Number of this worker, from 0.
    public var rank: Int { group.rank }
    /// Makes everything that waits for other workers fail soon; any thread may call it.
    public var giveUp: @Sendable () -> Void { group.giveUp }
    /// Total number of epochs.
    public var epochs: Int { plan.epochs }
    /// Zero: a pipeline learns only from labels.
    public var pretrainingEpochs: Int { 0 }
    /// Number of complete epochs.
    public var finishedEpochs: Int { epochProgress.finishedEpochs }
    /// Whether this worker has nothing more to do, as announced by rank 0.
    public var isDismissed: Bool { hasEnded }

    // MARK: - Training

    /// At rank 0, trains on at most a given number of mini-batches of the current epoch. Elsewhere, follows rank 0's
    /// next command.
    /// - Returns: the epoch, if that ended it.
    /// - Throws: `Failure` with code `diverged` if the loss is not finite, `unavailable` if a worker is
    ///   gone.
    public func train(batches: Int) throws -> TrainingSession.Epoch? {
        guard rank == 0 else { return try obey() }
        let count = min(batches, epochProgress.batchesLeft)
        guard count > 0 else { return nil }
        try announce(.train(batches: count))
        return try run(count)
    }

    /// Tells the other workers that there is nothing more to do.
    public func dismiss() throws {
        if rank == 0, !hasEnded { try announce(.end) }
        hasEnded = true
    }

    func announce(_ command: PipelineCommand) throws { try command.announce(over: group, step: epochProgress.step) }

    private func obey() throws -> TrainingSession.Epoch? {
        switch try PipelineCommand.next(over: group, step: epochProgress.step) {
        case .train(let batches): return try run(batches)
        case .evaluate: _ = try runEvaluation()
        case .gather: try sendTensors()
        case .end: hasEnded = true
        }
        return nil
    }

    private func run(_ batches: Int) throws -> TrainingSession.Epoch? {
        var epoch: TrainingSession.Epoch?
        for _ in 0..<batches { epoch = try meter.measure(epochProgress.batchRange.count) { try runBatch() } }
        return epoch
    }

    private func runBatch() throws -> TrainingSession.Epoch? {
        var step = PipelineStep(
            stage, over: group, order: epochProgress.epochOrder(), batch: epochProgress.batchRange,
            microBatches: microBatches)
        let progress = try step.run()
        guard progress.loss_sum.isFinite else {
            throw Failure(
                .diverged,
                "The training diverged: the loss was no longer finite in batch \(epochProgress.finishedBatches + 1) of "
                    + "epoch \(finishedEpochs + 1); a smaller learning rate may help.")
        }
        try stage.step()
        return epochProgress.advance(by: 1, progress)
    }
}
