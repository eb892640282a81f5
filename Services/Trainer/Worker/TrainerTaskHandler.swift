import Datasets
import Foundation
public import Model
public import RegistryClient
import Storage
import Torch
import TrainerClient
public import WorkQueueClient

/// Does the tasks of the trainer's queue: prepares datasets, trains networks, computes and scores features.
///
/// ```swift
/// let handler = TrainerTaskHandler(registry: registry, cache: cache)
/// let worker = TaskWorker(
///     queue: queue, name: name, kinds: TrainerTaskHandler.kinds, handler: handler, logger: logger)
/// ```
public struct TrainerTaskHandler: TaskHandler {
    /// The kinds of tasks that it does.
    public static let kinds = [
        PreparationTask.kind, TrainingTask.kind, FeatureTask.kind, UpdateTask.kind, ScoringTask.kind,
    ]

    private let registry: RegistryClient
    private let cache: BlobCache
    private let preparer: DatasetPreparer
    private let host: String
    /// Overrides the task's time between checkpoints, in tests.
    var checkpointInterval: Duration?
    /// Makes larger numbers of samples fail as if memory were full, in tests.
    var mostSamples: Int?

    /// Makes a handler.
    /// - Parameters:
    ///   - registry: Provides datasets and stores results.
    ///   - cache: Caches datasets and checkpoints on this machine.
    ///   - locator: Locates raw data.
    ///   - host: Address of this machine at which other workers of the same training reach it.
    public init(
        registry: RegistryClient, cache: BlobCache, locator: DataLocator = DataLocator(), host: String = "127.0.0.1"
    ) {
        self.registry = registry
        self.cache = cache
        self.preparer = DatasetPreparer(locator: locator)
        self.host = host
    }

    /// Does one task.
    public func handle(_ lease: TaskLease, progress: TaskProgress) async throws -> [UInt8] {
        let scratch = try ScratchDirectory()
        defer {
            scratch.remove()
            ComputeMemory.giveBack()
        }
        switch lease.kind {
        case PreparationTask.kind:
            let task = try PreparationTask(payload: lease.payload)
            let run = PreparationRun(recipe: task.recipe, registry: registry, preparer: preparer, scratch: scratch)
            return try await run.result(progress).encoded()
        case TrainingTask.kind:
            var task = try TrainingTask(payload: lease.payload)
            task.checkpointInterval = checkpointInterval ?? task.checkpointInterval
            let run = try await TrainingRun(
                task, lease, registry: registry, cache: cache, scratch: scratch, host: host, progress)
            if let mostSamples { run.limitMemory(toSamples: mostSamples) }
            return try await run.sharedResult()?.encoded() ?? []
        case FeatureTask.kind:
            let task = try FeatureTask(payload: lease.payload)
            let run = FeatureRun(task: task, registry: registry, cache: cache, scratch: scratch)
            return try await run.result(progress).encoded()
        case UpdateTask.kind:
            let run = UpdateRun(
                task: try UpdateTask(payload: lease.payload), lease: lease, registry: registry, cache: cache,
                scratch: scratch, checkpointInterval: checkpointInterval ?? .seconds(10))
            return try await run.result(progress).encoded()
        case ScoringTask.kind:
            let run = ScoringRun(task: try ScoringTask(payload: lease.payload), registry: registry, cache: cache)
            return try await run.result().encoded()
        default:
            throw Failure(
                .invalidArgument,
                "A trainer worker cannot do a task of kind '\(lease.kind)', only \(Self.kinds.joined(separator: ", "))."
            )
        }
    }
}
