import Datasets
import Foundation
import Logging
import Messaging
import Model
import Networks
import RegistryClient
import Storage
import Torch
import TrainerClient
import WorkQueueClient

/// Trains one network, from fresh weights or from another worker's checkpoint.
///
/// It trains in slices of a fraction of a second. Between slices it checks whether to stop, and stores a checkpoint
/// when one is due. Neither changes a bit of the result.
final class TrainingRun {
    /// How long the registry keeps a checkpoint; without it, training starts afresh.
    private static let checkpointLife = Duration.seconds(7 * 86_400)

    /// How long a worker that lost another waits for the queue to say why, so that a regular departure is not mistaken
    /// for a crash: slightly more than two heartbeats.
    private static let verdictGrace = Duration.seconds(5)

    private let session: any ResumableTraining
    /// This worker's part if several train the network together.
    private var distribution: (any SharedTraining)?
    private let validation: SampleSource
    private let registry: RegistryClient
    private let scratch: ScratchDirectory
    private let progress: TaskProgress
    private let checkpointInterval: Duration
    /// Epochs after which the training pauses, including those without labels.
    private let pause: Int
    private let clock = ContinuousClock()
    private var metrics: [String: Double] = [:]
    /// The best epoch so far; nil if the last one is kept.
    private var best: BestEpoch?
    /// Number of epochs without improvement after which the training ends.
    private let patience: Int?
    /// Training time in the current epoch, without validation and checkpoints.
    private var trainingTime = Duration.zero
    /// Seconds of training before this attempt, as recorded in the checkpoint.
    private var earlierSeconds = 0.0
    /// Measures processor time and energy in this attempt.
    private var meter = CostMeter(ComputePlace.current.device.kind == .cpu ? .machine : nil)
    /// Processor seconds and joules before this attempt; nil if they are unknown.
    private var earlierCost: (processorSeconds: Double?, joules: Double?) = (0, 0)
    private let start: ContinuousClock.Instant
    private var lastCheckpoint: ContinuousClock.Instant

    convenience init(
        _ task: TrainingTask, _ lease: TaskLease, registry: RegistryClient, cache: BlobCache,
        scratch: ScratchDirectory, host: String, _ progress: TaskProgress
    ) async throws {
        let description = task.network
        let files = try await registry.sampleFiles(
            recipe: task.dataset, features: task.features, inputs: description.inputs.map(\.name), in: cache)
        let samples = try PreparedSamples(opening: files, areFeatures: !task.features.isEmpty)
        var weights: [(file: URL, prefix: String)] = []
        for initial in task.initialWeights {
            weights.append((try await cache.file(for: initial.blob), initial.prefix))
        }
        let (training, validation) = try task.parts(of: samples)
        let session: any ResumableTraining
        if task.epochs == 0, try !weights.isEmpty || description.tensors.isEmpty {
            let network = try ScriptedNetwork(description, seed: task.seed)
            try network.loadWeights(from: weights)
            session = AssembledNetwork(network)
        } else if let distribution = task.distribution, distribution.kind == .pipeline, let place = lease.gang {
            let group = try await WorkerGroup(of: place, host: host, progress)
            session = try task.pipeline(
                distribution, of: description, on: training, validation: validation, weights: weights, over: group)
        } else {
            session = try task.training(
                of: description, on: training, arePlain: task.features.isEmpty, weights: weights)
        }
        try await self.init(
            session, validation: validation, lease,
            registry: registry, cache: cache, scratch: scratch, checkpointInterval: task.checkpointInterval,
            pauseAfter: task.pauseAfter, checkpoint: task.checkpoint,
            distribution: task.distribution, host: host, options: task.options, metric: task.metric, progress)
        if let training = session as? LearningTraining { metrics["labels"] = Double(training.labeled) }
    }

    /// Runs a session from the lease's checkpoint or, without one, from a given one.
    init(
        _ session: any ResumableTraining, validation: SampleSource, _ lease: TaskLease,
        registry: RegistryClient, cache: BlobCache, scratch: ScratchDirectory, checkpointInterval: Duration,
        pauseAfter: Int? = nil, checkpoint: BlobDigest? = nil,
        distribution: Distribution? = nil, host: String = "", options: TrainingOptions = TrainingOptions(),
        metric: Metric? = nil, _ progress: TaskProgress
    ) async throws {
        guard options.patience == nil || distribution == nil else {
            throw Failure(
                .invalidArgument,
                "A training by several workers cannot stop early; omit early-stopping or distribution.")
        }
        self.patience = options.patience
        if options.keepsBest || options.patience != nil, session.epochs > 0 {
            best = BestEpoch(by: metric ?? Metric.usual(for: Scenario.Task(validation.target.kind)))
        }
        self.session = session
        self.validation = validation
        self.registry = registry
        self.scratch = scratch
        self.progress = progress
        self.checkpointInterval = checkpointInterval
        self.pause = pauseAfter.map { $0 + session.pretrainingEpochs } ?? .max
        self.start = clock.now
        self.lastCheckpoint = clock.now
        if let checkpoint = lease.checkpoint ?? checkpoint {
            try await resume(from: checkpoint, cache)
        }
        if let pipeline = session as? PipelineTraining {
            self.distribution = pipeline
        } else if let distribution, let place = lease.gang, !(session is AssembledNetwork) {
            self.distribution = try await distribution.begin(
                session, lease, as: place, host: host, epochs: pause, progress)
        }
    }

    /// Whether this worker reports for the training; a worker that trains alone does.
    var isLeader: Bool { distribution.map { $0.rank == 0 } ?? true }

    /// Trains to the end, uploads the files and returns the result; nil if another worker does so.
    /// - Throws: `CancellationError` if another worker has left and the queue has said so, `Failure` with code
    ///   `unavailable` if one is lost for an unknown reason.
    func sharedResult() async throws -> TrainingResult? {
        try await withTaskCancellationHandler {
            try await resultOfAll()
        } onCancel: { [giveUp = distribution?.giveUp] in
            giveUp?()
        }
    }

    private func resultOfAll() async throws -> TrainingResult? {
        do {
            guard isLeader else {
                try await train()
                return nil
            }
            let result = try await result()
            dismissOthers()
            return result
        } catch let failure as Failure where failure.code == .unavailable && distribution != nil {
            try await Task.sleep(for: Self.verdictGrace)
            throw failure
        }
    }

    /// The result is already there, so it does not matter if one of them is gone by now.
    private func dismissOthers() {
        do {
            try distribution?.dismiss()
        } catch {
            progress.logger.warning("could not dismiss other workers", metadata: ["reason": "\(error)"])
        }
    }

    /// Trains to the end, uploads the files and returns the result.
    func result() async throws -> TrainingResult {
        try await train()
        if metrics[Self.validation + "loss"] == nil { try validate() }
        return try await upload()
    }

    // MARK: - Progress

    private func train() async throws {
        var piece = 1
        while !isOver {
            try await stopIfAsked()
            let begin = clock.now
            let epoch = try await train(batches: piece)
            trainingTime += clock.now - begin
            meter.read()
            try await tellParts()
            // A quarter of a second is short enough to stop in, and long enough that checking costs nothing.
            let ratio = Duration.milliseconds(250) / max(clock.now - begin, .microseconds(100))
            piece = max(1, min(Int(Double(piece) * min(ratio, 4)), 10_000))
            if let epoch { try await end(epoch) } else { try await storeCheckpointIfDue() }
        }
    }

    /// Makes larger numbers of samples fail as if memory were full.
    func limitMemory(toSamples count: Int) { (session as? TrainingSession)?.limitMemory(toSamples: count) }

    /// Reports when mini-batches begin to go through the network in parts.
    private func tellParts() async throws {
        let parts = session.batchParts
        guard Double(parts) > metrics["batch-parts"] ?? 1 else { return }
        metrics["batch-parts"] = Double(parts)
        let notice =
            "The memory of '\(ComputePlace.current.device)' cannot hold a mini-batch, so it goes through the network in "
            + "\(parts) parts, whose gradients are added up."
        progress.logger.notice("memory was full", metadata: ["parts": "\(parts)"])
        try await progress.report(metrics: ["batch-parts": Double(parts)], notice: notice)
    }

    private func train(batches: Int) async throws -> TrainingSession.Epoch? {
        guard let distribution else { return try session.train(batches: batches) }
        return try await distribution.train(batches: batches)
    }

    /// Whether the training has ended or pauses.
    private var isOver: Bool {
        if let pipeline = session as? PipelineTraining, !isLeader { return pipeline.isDismissed }
        return session.isFinished || session.finishedEpochs >= pause || isExhausted
    }

    /// Whether the training stops early because epochs have not improved.
    private var isExhausted: Bool {
        guard let patience, let best, best.epoch > 0 else { return false }
        return session.finishedEpochs - best.epoch >= patience
    }

    private func end(_ epoch: TrainingSession.Epoch) async throws {
        var statistics = await distribution?.takeStatistics(over: trainingTime) ?? [:]
        statistics["training-seconds"] = trainingTime / .seconds(1)
        trainingTime = .zero
        guard isLeader else {
            return try await progress.report(step: epoch.number, steps: session.epochs, metrics: statistics)
        }
        // The pretraining's last epoch is over when the training with labels begins.
        if epoch.isPretraining {
            metrics["pretraining-loss"] = epoch.loss
        } else {
            metrics["training-loss"] = epoch.loss
            if let name = Self.trainingMetric(validation.target) { metrics[name] = epoch.accuracy }
            try validate()
            try publishing { try best?.consider(epoch.number, measured) { try session.network } }
        }
        metrics.merge(statistics) { $1 }
        let isDue = clock.now - lastCheckpoint >= checkpointInterval && !isOver
        try await progress.report(
            step: epoch.number, steps: session.epochs, metrics: metrics,
            checkpoint: isDue ? try await storeCheckpoint() : nil)
    }

    private func validate() throws {
        let evaluation = try publishing { try session.evaluate(on: validation) }.withBestThreshold
        metrics = metrics.filter { !$0.key.hasPrefix(Self.validation) }
        metrics[Self.validation + "loss"] = evaluation.loss
        metrics[Target.thresholdName] = evaluation.target.threshold
        for (name, value) in evaluation.metrics { metrics[Self.validation + name] = value }
        // The errors decide whether an ensemble is as good as the best of its networks.
        for (name, error) in session is AssembledNetwork ? evaluation.standardErrors : [:] {
            metrics[Self.validation + Metric.error(of: name)] = error
        }
        metrics[TrainingCost.seconds] = seconds
        measureCost()
    }

    private func measureCost() {
        meter.read()
        let (processorSeconds, joules) = meter.cost
        func sum(_ earlier: Double?, _ own: Double?) -> Double? {
            earlier.flatMap { earlier in own.map { earlier + $0 } }
        }
        metrics[TrainingCost.processorSeconds] = sum(earlierCost.processorSeconds, processorSeconds)
        metrics[TrainingCost.joules] = sum(earlierCost.joules, joules)
    }

    /// Prefix of metrics on validation samples.
    private static let validation = "validation-"

    /// The last metrics on validation samples.
    private var measured: [String: Double] { metrics.filter { $0.key.hasPrefix(Self.validation) } }

    /// The metric that equals the share of right answers in training; nil if answers are not right or wrong.
    private static func trainingMetric(_ target: Target) -> String? {
        switch target.kind {
        case .classification: Metric.accuracy.name(on: "training")
        case .multiLabel: Metric.exactMatch.name(on: "training")
        case .regression: nil
        }
    }

    private func publishing<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let distribution else { return try body() }
        return try distribution.publishing(body)
    }

    private var seconds: Double { earlierSeconds + (clock.now - start) / .seconds(1) }

    private func stopIfAsked() async throws {
        guard progress.shouldStop else { return }
        if progress.isStopping, isLeader { try await reportCheckpoint() }
        throw CancellationError()
    }

    // MARK: - Checkpoints

    private func storeCheckpointIfDue() async throws {
        if isLeader, clock.now - lastCheckpoint >= checkpointInterval { try await reportCheckpoint() }
    }

    private func reportCheckpoint() async throws {
        try await progress.report(
            step: session.finishedEpochs, steps: session.epochs, checkpoint: try await storeCheckpoint())
    }

    private func storeCheckpoint(
        keepFor life: Duration = TrainingRun.checkpointLife
    ) async throws -> BlobDigest {
        let file = scratch.file("checkpoint.safetensors")
        measureCost()
        var notes = ["seconds": "\(seconds)"]
        for (name, value) in metrics where name != "seconds" { notes["metric.\(name)"] = "\(value)" }
        try publishing { try session.writeCheckpoint(to: file, notes: notes) }
        try best?.add(to: file)
        let digest = try await registry.upload(file: file, keepFor: life)
        KillPoint.checkpointStored.pass()
        lastCheckpoint = clock.now
        progress.logger.debug("checkpoint stored", metadata: ["epoch": "\(session.finishedEpochs)"])
        return digest
    }

    /// A lost or damaged checkpoint costs time but not the task: training starts afresh and ends with the same bits.
    private func resume(
        from checkpoint: BlobDigest, _ cache: BlobCache
    ) async throws {
        do {
            let file = try await cache.file(for: checkpoint)
            let notes = try session.restoreCheckpoint(from: file)
            try best?.read(from: file)
            earlierSeconds = notes["seconds"].flatMap(Double.init) ?? 0
            for (key, value) in notes where key.hasPrefix("metric.") {
                metrics[String(key.dropFirst("metric.".count))] = Double(value)
            }
            earlierCost = (metrics[TrainingCost.processorSeconds], metrics[TrainingCost.joules])
            progress.logger.info("training resumed", metadata: ["epoch": "\(session.finishedEpochs)"])
        } catch let failure as Failure where [.notFound, .corrupt].contains(failure.code) {
            progress.logger.warning("cannot use the checkpoint", metadata: ["reason": "\(failure)"])
        }
    }

    // MARK: - Result

    private func upload() async throws -> TrainingResult {
        let isPaused = !session.isFinished && !isExhausted
        // Before the best epoch's weights replace those from which training continues.
        let checkpoint = isPaused ? try await storeCheckpoint(keepFor: RegistryClient.resultLife) : nil
        // The name becomes part of the file, so it must be the same for all.
        let script = scratch.file("network.pt"), weights = scratch.file("weights.safetensors")
        try publishing {
            let network = try session.network
            if let best, best.epoch > 0 { try take(best, into: network) }
            try network.save(to: script)
            try network.saveWeights(to: weights)
        }
        return TrainingResult(
            script: try await registry.upload(file: script, keepFor: RegistryClient.resultLife),
            weights: try await registry.upload(file: weights, keepFor: RegistryClient.resultLife),
            metrics: metrics, checkpoint: checkpoint)
    }

    private func take(_ best: BestEpoch, into network: ScriptedNetwork) throws {
        try best.restore(into: network)
        metrics = metrics.filter { !$0.key.hasPrefix(Self.validation) }.merging(best.metrics) { $1 }
        metrics["best-epoch"] = Double(best.epoch)
    }
}

extension TrainingPlan {
    /// The plan of a task.
    init(_ task: TrainingTask) throws {
        try self.init(
            optimizers: task.optimizers, epochs: task.epochs, batch: task.batch, seed: task.seed,
            loss: task.options.loss,
            schedule: task.options.schedule, constraint: task.constraint)
    }
}
