import Answers
import Datasets
import EvaluatorClient
import Foundation
import Model
import Networks
public import RegistryClient
import Storage
import Torch
public import WorkQueueClient

/// Does the tasks of the evaluator's queue: scores trained networks and trackers.
public struct EvaluatorTaskHandler: TaskHandler {
    /// The kinds of tasks that it does.
    public static let kinds = [EvaluationTask.kind, TrackingTask.kind]

    private let registry: RegistryClient
    private let cache: BlobCache
    private let benches: TrackingBenches

    /// Makes a handler.
    /// - Parameters:
    ///   - registry: Provides datasets and networks.
    ///   - cache: Caches them on this machine.
    public init(registry: RegistryClient, cache: BlobCache) {
        self.registry = registry
        self.cache = cache
        benches = TrackingBenches(registry: registry, cache: cache)
    }

    /// Does one task.
    public func handle(_ lease: TaskLease, progress: TaskProgress) async throws -> [UInt8] {
        switch lease.kind {
        case EvaluationTask.kind:
            return try await evaluate(try EvaluationTask(payload: lease.payload), progress).encoded()
        case TrackingTask.kind:
            let run = TrackingRun(
                task: try TrackingTask(payload: lease.payload), registry: registry, benches: benches)
            return try await run.result(progress).encoded()
        default:
            throw Failure(
                .invalidArgument,
                "An evaluator worker cannot do a task of kind '\(lease.kind)', only "
                    + "\(Self.kinds.joined(separator: ", ")).")
        }
    }

    private func evaluate(_ task: EvaluationTask, _ progress: TaskProgress) async throws -> EvaluationResult {
        let description = task.network
        let weights = try await cache.file(for: task.weights)
        let files = try await registry.sampleFiles(
            recipe: task.dataset, features: task.features, inputs: description.inputs.map(\.name), in: cache)
        let samples = try PreparedSamples(opening: files, areFeatures: !task.features.isEmpty)
        // From its description: no code of a file is ever run here.
        let network = try ScriptedNetwork(description, seed: 0)
        try network.loadWeights(from: weights)
        try progress.checkCancellation()
        let source = try task.split.map { try samples.source(PreparedDataset.split(named: $0.rawValue)) }
        let evaluation = try source.map { try network.evaluate(on: $0).with(threshold: task.threshold) }
        // The latency does not depend on the sample, so only scoring tasks touch the test split.
        let latencies = try network.latencies(on: samples.source(.validation), runs: task.latencyRuns)
        var metrics = evaluation?.metrics ?? [:]
        for (name, error) in evaluation?.standardErrors ?? [:] { metrics[Metric.error(of: name)] = error }
        return EvaluationResult(
            metrics: metrics, samples: evaluation?.samples ?? 0, confusion: evaluation?.confusionRows ?? [],
            parameters: try description.parameterCount, operations: try description.multiplyAccumulates,
            latencyMilliseconds: latencies.sorted()[latencies.count / 2] / .milliseconds(1),
            answers: try await answers(task, network, samples, source, evaluation))
    }

    /// Uploads the file of answers, if requested.
    private func answers(
        _ task: EvaluationTask, _ network: ScriptedNetwork, _ samples: PreparedSamples, _ source: SampleSource?,
        _ evaluation: Evaluation?
    ) async throws -> BlobDigest? {
        guard task.keepsAnswers, let split = task.split, let source, let evaluation, evaluation.samples > 0 else {
            return nil
        }
        let keeper = AnswerKeeper(
            network: network, source: source, evaluation: evaluation, inputs: samples.inputs,
            places: try samples.places(PreparedDataset.split(named: split.rawValue)))
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let file = scratch.file("answers.safetensors")
        try keeper.file().write(to: file.path)
        return try await registry.upload(file: file, keepFor: RegistryClient.resultLife)
    }
}
