public import Messaging
import Model
public import WorkQueueClient

/// Client of the trainer, which prepares datasets and trains networks.
///
/// ```swift
/// let trainer = TrainerClient(try ServiceDirectory().connect(to: .trainer, logger: logger))
/// _ = try await trainer.prepare(PreparationTask(recipe: recipe), id: "prepare-\(recipe.id)", group: scenario)
/// let result = try await trainer.train(task, id: "trial-7", group: scenario)
/// ```
public struct TrainerClient: Sendable {
    /// The trainer's queue.
    public let queue: QueueClient
    /// How long the service may be unavailable at a time.
    private let patience: Duration

    /// Makes a client over a connection to the trainer.
    public init(_ client: RequestClient, patience: Duration = .seconds(600)) {
        queue = QueueClient(client)
        self.patience = patience
    }

    /// Prepares a dataset and waits for it; repeating it with the same identity finds the existing task.
    /// - Throws: The `Failure` with which the task ended.
    public func prepare(
        _ task: PreparationTask, id: String, group: String, priority: Int = 0
    ) async throws -> PreparationResult {
        let submission = TaskSubmission(
            id: id, kind: PreparationTask.kind, group: group, payload: try task.payload(), priority: priority)
        return try PreparationResult(result: await queue.perform(submission, patience: patience))
    }

    /// Trains a network and waits for it; repeating it with the same identity finds the existing task.
    /// - Throws: The `Failure` with which the task ended.
    public func train(_ task: TrainingTask, id: String, group: String, priority: Int = 0) async throws -> TrainingResult
    {
        let submission = TaskSubmission(
            id: id, kind: TrainingTask.kind, group: group, payload: try task.payload(), priority: priority,
            // A task of zero epochs trains nothing, so one worker is enough.
            workers: task.epochs > 0 ? task.distribution?.workers ?? 1 : 1,
            minWorkers: task.epochs > 0 ? task.distribution?.minWorkers : nil,
            isElastic: task.distribution?.isElastic ?? false, needs: task.options.needs)
        return try TrainingResult(result: await queue.perform(submission, patience: patience))
    }

    /// Computes the features of a trained network and waits for them; finds those that the registry already has.
    /// - Throws: The `Failure` with which the task ended.
    public func features(
        _ task: FeatureTask, id: String, group: String, priority: Int = 0
    ) async throws -> FeatureResult {
        let submission = TaskSubmission(
            id: id, kind: FeatureTask.kind, group: group, payload: try task.payload(), priority: priority)
        return try FeatureResult(result: await queue.perform(submission, patience: patience))
    }

    /// Trains a new version of a model and waits for it; repeating it with the same identity finds the existing task.
    /// - Throws: The `Failure` with which the task ended.
    public func update(_ task: UpdateTask, id: String) async throws -> UpdateResult {
        try UpdateResult(result: await queue.perform(submission(task, id), patience: patience))
    }

    /// Submits the training of a new version of a model without waiting; repeating it with the same identity changes
    /// nothing.
    public func submit(_ task: UpdateTask, id: String) async throws {
        _ = try await queue.submit(submission(task, id), patience: patience)
    }

    /// Scores a model's features on data and waits for the result; finds an existing score.
    /// - Throws: The `Failure` with which the task ended.
    public func score(_ task: ScoringTask) async throws -> ScoringResult {
        let payload = try task.payload()
        let id = "\(ScoringTask.kind)-\(BlobDigest(hashing: payload).hexadecimal.prefix(16))"
        let submission = TaskSubmission(id: id, kind: ScoringTask.kind, group: id, payload: payload, priority: 0)
        return try ScoringResult(result: await queue.perform(submission, patience: patience))
    }

    private func submission(_ task: UpdateTask, _ id: String) throws -> TaskSubmission {
        TaskSubmission(id: id, kind: UpdateTask.kind, group: id, payload: try task.payload(), priority: 0)
    }

    /// Cancels all tasks of a group that have not ended.
    public func cancel(group: String) async throws { try await queue.cancel(group: group, patience: patience) }
}
