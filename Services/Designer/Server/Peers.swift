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
    /// Withdraws all orders of a group that are not done.
    func cancel(group: String) async throws
}

/// Scores trained networks and trackers.
public protocol Evaluator: Sendable {
    /// Has a network scored; repeating an order finds the evaluation that it began.
    func evaluate(_ order: Order<EvaluationTask>) async throws -> EvaluationResult
    /// Has people followed and the tracks scored; repeating an order finds what it began.
    func track(_ order: Order<TrackingTask>) async throws -> TrackingResult
    /// Withdraws all orders of a group that are not done.
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
    /// - Throws: `Failure` with code `not-found` where there is none, `invalid-argument` where it cannot be fused.
    func pretrained(_ model: String, modality: String) async throws -> StoredBackbone
}

/// An order to make a dataset ready.
public struct PreparationOrder: Hashable, Sendable {
    /// Identity of the task.
    public var id: String
    /// What it belongs to.
    public var group: String
    /// The data.
    public var data: ScenarioData
}

/// A task of another service, as a search orders it.
public struct Order<Task: Hashable & Sendable>: Hashable, Sendable {
    /// Identity of the task.
    public var id: String
    /// What it belongs to.
    public var group: String
    /// The candidate that it is about; nil where it is about data alone.
    public var genome: Genome?
    /// What is to be done.
    public var task: Task
}

/// An outcome for the knowledge service; also its stored form while it waits to be delivered.
public struct TrialObservation: Hashable, Sendable, Codable {
    /// Identity of the trial.
    public var trial: String
    /// Scenario that it belongs to.
    public var scenario: ScenarioID
    /// Text of the scenario's file, from which its features follow.
    public var text: String
    /// Genome as text.
    public var genome: String
    /// Search space as text.
    public var space: String
    /// Artificial code as text.
    public var code: String
    /// Objective that was reached.
    public var objective: Double
    /// Other outcomes.
    public var metrics: [String: Double]
    /// Functions of the brain that the scenario engages; nil where that was not known yet.
    public var functions: [String]?
    /// How active the areas are that it activates; nil where that was not known yet.
    public var activations: [String: Double]?
}

/// A network with weights for the registry; also its stored form while it waits to be delivered.
public struct TrainedModel: Hashable, Sendable, Codable {
    /// Identity: the trial's.
    public var id: String
    /// Scenario that made it.
    public var scenario: String
    /// Network in canonical JSON.
    public var network: String
    /// Artificial code, which holds name, category, areas, functions, dataset and optimizer.
    public var code: ArtificialCode
    /// Accuracy on the test split, or else on the validation split; nil for a network that answers no classes.
    public var accuracy: Double?
    /// The TorchScript file.
    public var script: BlobDigest
    /// The safetensors file.
    public var weights: BlobDigest
    /// Other measurements.
    public var metrics: [String: Double]
    /// Identity of the recipe of the data; nil in an order of an older designer.
    public var recipe: String?
    /// What it is a version of: the scenario by its name; nil in an order of an older designer.
    public var series: String?
}
