public import DesignerSearch
public import EvaluatorClient
public import Model
public import Search
public import TrainerClient

// What the designer needs of other services. Every method waits and tries again while the other side is away, for as long
// as it takes; it throws a `Failure` only where that is of no use, and `CancellationError` with its task.

/// Prepares datasets and trains networks.
public protocol Trainer: Sendable {
    /// Has a dataset prepared; one that was is found again.
    func prepare(_ order: PreparationOrder) async throws
    /// Has a network trained; repeating an order finds the training that it began.
    func train(_ order: Order<TrainingTask>) async throws -> TrainingResult
    /// Has the features of a trained network computed; those that there are already are found again.
    func features(_ order: Order<FeatureTask>) async throws -> FeatureResult
    /// Cancels all orders of a group that are not done.
    func cancel(group: String) async throws
}

/// Scores trained networks and trackers.
public protocol Evaluator: Sendable {
    /// Has a network scored; repeating an order finds the evaluation that it began.
    func evaluate(_ order: Order<EvaluationTask>) async throws -> EvaluationResult
    /// Has people followed and the tracks scored; repeating an order finds what it began.
    func track(_ order: Order<TrackingTask>) async throws -> TrackingResult
    /// Cancels all orders of a group that are not done.
    func cancel(group: String) async throws
}

/// Remembers what came of which network in which scenario.
public protocol KnowledgeBase: Sendable {
    /// The known genomes that a scenario should try first, the first one first.
    /// - Parameter activations: How active the areas of the brain are that it activates.
    func bestGenomes(
        for scenario: Scenario, activations: [String: Double], id: ScenarioID, space: SearchSpace, limit: Int
    ) async throws -> [Genome]
    /// Records an outcome; safe to repeat.
    func record(_ observation: TrialObservation) async throws
}

/// Keeps networks and models.
public protocol ModelRegistry: Sendable {
    /// Registers a base network and its weights; safe to repeat.
    func register(_ model: TrainedModel) async throws
    /// Registers a tracker; safe to repeat.
    func register(_ tracker: TrackerModel) async throws
    /// A model whose network perceives one modality, for a fusion.
    /// - Throws: `Failure` with code `not-found` if there is none, `invalid-argument` if it cannot be fused.
    func pretrained(_ model: String, modality: String) async throws -> StoredBackbone
}
