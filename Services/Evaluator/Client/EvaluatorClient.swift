public import Messaging
import Model
public import WorkQueueClient

/// Client of the evaluator, which scores trained networks.
///
/// ```swift
/// let evaluator = EvaluatorClient(try ServiceDirectory().connect(to: .evaluator, logger: logger))
/// let result = try await evaluator.evaluate(task, id: "trial-7", group: scenario)
/// ```
public struct EvaluatorClient: Sendable {
    /// The evaluator's queue.
    public let queue: QueueClient
    /// How long the service may be unavailable at a time.
    private let patience: Duration

    /// Makes a client over a connection to the evaluator.
    public init(_ client: RequestClient, patience: Duration = .seconds(600)) {
        queue = QueueClient(client)
        self.patience = patience
    }

    /// Scores a network and waits for the result; repeating it with the same identity finds the existing task.
    /// - Throws: The `Failure` with which the task ended.
    public func evaluate(
        _ task: EvaluationTask, id: String, group: String, priority: Int = 0
    ) async throws -> EvaluationResult {
        let submission = TaskSubmission(
            id: id, kind: EvaluationTask.kind, group: group, payload: try task.payload(), priority: priority)
        return try EvaluationResult(result: await queue.perform(submission, patience: patience))
    }

    /// Tracks people through sequences and waits for the scores; repeating it with the same identity finds the existing
    /// task.
    /// - Throws: The `Failure` with which the task ended.
    public func track(_ task: TrackingTask, id: String, group: String, priority: Int = 0) async throws -> TrackingResult
    {
        let submission = TaskSubmission(
            id: id, kind: TrackingTask.kind, group: group, payload: try task.payload(), priority: priority)
        return try TrackingResult(result: await queue.perform(submission, patience: patience))
    }

    /// Cancels all tasks of a group that have not ended.
    public func cancel(group: String) async throws { try await queue.cancel(group: group, patience: patience) }
}
