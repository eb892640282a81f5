import CTorch
public import Foundation
public import Model
public import Networks

/// The training of one network, in steps that can be interrupted, stored and continued on another machine.
///
/// ```swift
/// let session = try TrainingSession(network, plan: plan, samples: prepared.training)
/// while !session.isFinished {
///     let epoch = try session.finishEpoch()
///     print(epoch.number, epoch.loss, epoch.accuracy)
/// }
/// try session.network.save(to: file)
/// ```
/// Network, plan and samples determine every bit of the result, however often the training is interrupted, as long as
/// libtorch, the kind of processor and the number of compute threads are the same.
///
/// Not `Sendable`: only one thread may use it at a time.
public final class TrainingSession {
    /// The result of an epoch.
    public struct Epoch: Hashable, Sendable {
        /// Number, from 1.
        public let number: Int
        /// Mean loss of the training samples, measured when each was in its mini-batch.
        public let loss: Double
        /// Share of training samples answered correctly, measured when each was in its mini-batch.
        public let accuracy: Double
        /// Whether it was trained without labels, so that the network cannot answer yet.
        public var isPretraining = false
    }

    /// The network being trained.
    public let network: ScriptedNetwork
    /// How it is trained.
    public let plan: TrainingPlan
    /// Number of complete epochs.
    public var finishedEpochs: Int { epochProgress.finishedEpochs }
    /// Number of mini-batches of the current epoch that are done.
    public var finishedBatches: Int { epochProgress.finishedBatches }
    /// Number of mini-batches per epoch.
    public var batchesPerEpoch: Int { epochProgress.batchesPerEpoch }

    let handle: OpaquePointer
    /// A network whose answers count in addition to the labels, kept alive.
    var teacher: ScriptedNetwork?
    let samples: SampleSource
    var epochProgress: EpochProgress

    /// Makes a network with fresh weights, or with weights from files, and everything that its training needs.
    /// - Parameter weights: Files that together have all weights; fresh weights if empty.
    /// - Throws: `Failure` if the network, the plan and the samples do not fit together.
    public convenience init(
        _ description: NetworkDescription, plan: TrainingPlan, samples: SampleSource,
        weights: [(file: URL, prefix: String)] = [], on place: ComputePlace = .current
    ) throws {
        try Self.check(description, plan, samples)
        let network = try ScriptedNetwork(description, constraint: plan.constraint, seed: plan.seed, on: place)
        if weights.isEmpty {
            network.fit(description, to: samples)
        } else {
            try network.loadWeights(from: weights)
        }
        try self.init(further: network, plan: plan, samples: samples)
    }

    /// Trains a network from its current weights; only those that record gradients.
    init(further network: ScriptedNetwork, plan: TrainingPlan, samples: SampleSource) throws {
        self.network = network
        self.plan = plan
        self.samples = try samples.learned(by: plan.loss)
        self.epochProgress = EpochProgress(plan, samples: samples.count)
        self.handle = try Self.makeTrainer(network, plan, steps: epochProgress.steps)
        try feed(network.place)
    }

    deinit { gyrus_trainer_free(handle) }

    /// Trains on at most a given number of mini-batches of the current epoch.
    /// - Returns: the epoch, if that ended it.
    /// - Throws: `Failure` with code `diverged` if the loss is not finite.
    public func train(batches: Int) throws -> Epoch? {
        guard !isFinished else { return nil }
        let order = epochProgress.epochOrder()
        let count = min(batches, epochProgress.batchesLeft)
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        let status = try ComputeThreads.paced {
            try samples.withCSamples(for: network.inputs) { samples in
                gyrus_trainer_train(
                    handle, samples, order, Int64(order.count), Int64(batchesPerEpoch), Int64(finishedBatches),
                    Int64(count), &epochProgress.progress, &error)
            }
        }
        guard status == GYRUS_OK else { throw Self.failure(status, error) }
        return epochProgress.advance(by: count)
    }

    /// Trains to the end of the current epoch.
    /// - Throws: `CancellationError` between mini-batches if the task is canceled.
    @discardableResult
    public func finishEpoch() throws -> Epoch {
        while !isFinished {
            try Task.checkCancellation()
            if let epoch = try train(batches: 8) { return epoch }
        }
        throw Failure(.conflict, "All \(plan.epochs) epochs are already done.")
    }

    /// Moves to any mini-batch, for a worker that is assigned mini-batches.
    public func go(toEpoch epoch: Int, batch: Int) {
        epochProgress.go(toEpoch: epoch, batch: batch)
        gyrus_trainer_set_step(handle, Int64(epochProgress.step))
    }

    static func failure(_ status: gyrus_status, _ error: UnsafeMutablePointer<CChar>?) -> Failure {
        let message = takeMessage(error)
        if status == GYRUS_DIVERGED { return Failure(.diverged, "The training diverged: \(message).") }
        if status == GYRUS_FULL { return Failure(.outOfMemory, "The training does not fit: \(message).") }
        return Failure(.internal, "The training cannot continue: \(message).")
    }
}

extension Failure.Code {
    /// The training's loss became infinite or NaN; the same task would diverge again.
    public static let diverged = Failure.Code(rawValue: "diverged")
    /// A device's memory is too small, even for the smallest part of the work.
    public static let outOfMemory = Failure.Code(rawValue: "out-of-memory")
}

// MARK: - Checks

extension TrainingSession {
    static func check(
        _ description: NetworkDescription, _ plan: TrainingPlan, _ samples: SampleSource
    ) throws {
        guard samples.count > 0 else {
            throw Failure(.invalidArgument, "Network '\(description.name)' cannot be trained without samples.")
        }
        let output = try description.outputShape
        let outputs = samples.target.outputs
        guard output == [outputs] else {
            let what =
                switch samples.target.kind {
                case .classification: "classes"
                case .multiLabel: "labels"
                case .regression: "numbers"
                }
            throw Failure(
                .invalidArgument,
                "Network '\(description.name)' gives \(output), but the samples have \(outputs) \(what).")
        }
        for input in description.inputs {
            guard let modality = samples.modality(input.name), modality.shape == input.shape else {
                let found = samples.modality(input.name).map { "has shape \($0.shape)" } ?? "is missing"
                throw Failure(
                    .invalidArgument,
                    "Network '\(description.name)' reads '\(input.name)' in shape \(input.shape); in the samples it "
                        + "\(found).")
            }
        }
        guard try description.parameterCount > 0 else {
            throw Failure(
                .invalidArgument,
                "Network '\(description.name)' cannot be trained: none of its layers has weights; add a linear one.")
        }
        let isNormalized = description.layers.contains { $0.operation.kind == "batch-normalization" }
        let batches = (samples.count + plan.batch - 1) / plan.batch
        guard !isNormalized || samples.count / batches >= 2 else {
            throw Failure(
                .invalidArgument,
                "Network '\(description.name)' normalizes over mini-batches, which need at least 2 samples each; there "
                    + "are \(samples.count) samples in batches of \(plan.batch).")
        }
    }

    static func makeTrainer(
        _ network: ScriptedNetwork, _ plan: TrainingPlan, steps: Int
    ) throws -> OpaquePointer {
        let words = plan.optimizers.flatMap { [strdup($0.branch), strdup($0.rule.rawValue)] }
        defer { words.forEach { free($0) } }
        let optimizers = plan.optimizers.enumerated().map { number, settings in
            gyrus_optimizer(
                prefix: words[2 * number], kind: words[2 * number + 1], learning_rate: settings.learningRate,
                weight_decay: settings.weightDecay, momentum: settings.momentum)
        }
        var error: UnsafeMutablePointer<CChar>?
        let handle = gyrus_trainer_create(
            network.handle, optimizers, Int64(optimizers.count), gyrus_schedule(plan.schedule, steps: steps), plan.seed,
            &error)
        guard let handle else { throw Failure(.invalidArgument, "The training cannot start: \(takeMessage(error)).") }
        return handle
    }
}

extension gyrus_schedule {
    fileprivate init(_ schedule: LearningSchedule, steps: Int) {
        self.init(
            warm_up_steps: Int64((schedule.warmUp * Double(steps)).rounded()), total_steps: Int64(steps),
            is_constant: schedule.shape == .constant, clipping: schedule.clipping ?? 0)
    }
}
