public import DesignerSearch
public import EvaluatorClient
public import Model
public import TrainerClient

// The designer's interface to other services. Every method waits and retries while the other side is away, for as long
// as it takes; it throws a `Failure` only if retrying is useless, and `CancellationError` with its task.

/// Prepares datasets and trains networks.
public protocol Trainer: Sendable {
    /// Prepares a dataset; finds one that is already prepared.
    func prepare(_ order: PreparationOrder) async throws
    /// Trains a network; repeating an order finds the training that it started.
    func train(_ order: Order<TrainingTask>) async throws -> TrainingResult
    /// Computes the features of a trained network; finds existing ones.
    func features(_ order: Order<FeatureTask>) async throws -> FeatureResult
    /// Cancels all orders of a group that are not done.
    func cancel(group: String) async throws
}

/// Scores trained networks and trackers.
public protocol Evaluator: Sendable {
    /// Scores a network; repeating an order finds the evaluation that it started.
    func evaluate(_ order: Order<EvaluationTask>) async throws -> EvaluationResult
    /// Tracks people and scores the tracks; repeating an order finds the evaluation that it started.
    func track(_ order: Order<TrackingTask>) async throws -> TrackingResult
    /// Cancels all orders of a group that are not done.
    func cancel(group: String) async throws
}

/// Remembers the outcomes of networks in scenarios.
public protocol KnowledgeBase: AttentionSource {
    /// Records an outcome; safe to repeat.
    func record(_ observation: TrialObservation) async throws
}

/// Keeps networks and models.
public protocol ModelRegistry: Sendable {
    /// Registers a base network and its weights; safe to repeat.
    func register(_ model: TrainedModel) async throws
    /// Registers a tracker; safe to repeat.
    func register(_ tracker: TrackerModel) async throws
    /// Keeps files of a running search at least for a time, whatever the retention policy is; safe to repeat.
    func hold(_ files: [BlobDigest], for time: Duration) async throws
    /// A model whose network perceives one modality, for a fusion.
    /// - Throws: `Failure` with code `not-found` if there is none, `invalid-argument` if it cannot be fused.
    func pretrained(_ model: String, modality: String) async throws -> StoredBackbone
}
