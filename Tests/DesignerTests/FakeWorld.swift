import Brain
import EvaluatorClient
import Foundation
import KnowledgeClient
import Model
import Networks
import Search
import Synchronization
import Tracking
import TrainerClient

@testable import DesignerSearch
@testable import DesignerServer

/// The other services as one object in memory, which measures networks by a formula and in its own order.
final class FakeWorld: Trainer, Evaluator, KnowledgeBase, ModelRegistry, ScenarioResolver {
    struct State {
        var prepared: [String] = []
        /// Number of times that each order was started.
        var trainings: [String: Int] = [:]
        var evaluations: [String: Int] = [:]
        var features: [String: Int] = [:]
        var observations: [String: TrialObservation] = [:]
        var models: [String: TrainedModel] = [:]
        var trackers: [String: TrackerModel] = [:]
        var cancelledGroups: [String] = []
        /// Files that were to be kept.
        var held: Set<BlobDigest> = []
        var generator = SeededGenerator(seed: 1)
        var asked: [String] = []
        /// Number of requests for what a scenario engages.
        var resolved = 0
    }

    let state: Mutex<State>
    let preparationFailure: Failure?
    let resolutionFailure: Failure?
    let attentionFailure: Failure?
    let known: [Genome]
    /// The structure that attention favors, by modality.
    let favorites: [String: String]
    /// Names of the networks that each area offers.
    let offers: [Int: [String]]
    /// Whether a training fails, by the number of its trial.
    let failing: @Sendable (Order<TrainingTask>) -> Failure?
    /// Called when a training begins; it may delay it.
    let gate: @Sendable (Order<TrainingTask>) async throws -> Void

    init(
        order: UInt64 = 1, preparationFailure: Failure? = nil, resolutionFailure: Failure? = nil,
        attentionFailure: Failure? = nil,
        known: [Genome] = [], favorites: [String: String] = [:], offers: [Int: [String]] = [:],
        failing: @escaping @Sendable (Order<TrainingTask>) -> Failure? = { _ in nil },
        gate: @escaping @Sendable (Order<TrainingTask>) async throws -> Void = { _ in }
    ) {
        state = Mutex(State(generator: SeededGenerator(seed: order)))
        self.preparationFailure = preparationFailure
        self.resolutionFailure = resolutionFailure
        self.attentionFailure = attentionFailure
        self.known = known
        self.favorites = favorites
        self.offers = offers
        self.failing = failing
        self.gate = gate
    }

    var peers: DesignerPeers {
        DesignerPeers(trainer: self, evaluator: self, knowledge: self, registry: self, brain: self, attention: self)
    }

    /// The formula.
    static func accuracy(of genome: Genome?) -> Double {
        let digest = BlobDigest(hashing: Array("\(genome, default: "none")".utf8)).hexadecimal
        return 0.5 + Double(UInt64(digest.prefix(8), radix: 16) ?? 0) / Double(UInt64(1) << 33)
    }

    /// A latency, and an accuracy if one was requested.
    static func score(_ accuracy: Double, on split: EvaluationTask.Split? = .test) -> EvaluationResult {
        EvaluationResult(
            metrics: split == nil ? [:] : ["accuracy": accuracy, "accuracy-error": 0.01], samples: 10, confusion: [],
            parameters: 0, operations: 0, latencyMilliseconds: 3)
    }

    static func digest(_ text: String) -> BlobDigest { BlobDigest(hashing: Array(text.utf8)) }

    /// Lets other tasks run for a random time.
    private func dawdle() async throws {
        for _ in 0..<state.withLock({ $0.generator.below(20) }) {
            await Task.yield()
            try Task.checkCancellation()
        }
    }

    func prepare(_ order: PreparationOrder) async throws {
        state.withLock { $0.prepared.append(order.id) }
        if let preparationFailure { throw preparationFailure }
    }

    func train(_ order: Order<TrainingTask>) async throws -> TrainingResult {
        state.withLock { $0.trainings[order.id, default: 0] += 1 }
        try await gate(order)
        try await dawdle()
        if let failure = failing(order) { throw failure }
        let accuracy = Self.accuracy(of: order.genome) + 0.001 * Double(order.task.epochs)
        return TrainingResult(
            script: Self.digest("script \(order.genome, default: "none") \(order.task.epochs)"),
            weights: Self.digest("weights \(order.genome, default: "none") \(order.task.epochs)"),
            metrics: ["validation-accuracy": accuracy, "training-loss": 1, "seconds": 2])
    }

    func features(_ order: Order<FeatureTask>) async throws -> FeatureResult {
        state.withLock { $0.features[order.id, default: 0] += 1 }
        try await dawdle()
        return FeatureResult(
            features: Self.digest("features \(order.task.modality) \(order.task.weights)").hexadecimal,
            blob: Self.digest("f \(order.id)"), metrics: ["seconds": 1])
    }

    func pretrained(_ model: String, modality: String) async throws -> StoredBackbone {
        guard model == "zoo/1" else { throw Failure(.notFound, "There is no model '\(model)'.") }
        let shape = modality == "image" ? [1, 28, 28] : [1, 112, 112]
        let network = try TableSix.leNet3.network(input: "anything", shape: shape, classes: 10)
        return StoredBackbone(
            model: model, modality: modality, network: try network.canonicalJSON, category: "LeNet",
            weights: Self.digest("zoo"))
    }

    func evaluate(_ order: Order<EvaluationTask>) async throws -> EvaluationResult {
        state.withLock { $0.evaluations[order.id, default: 0] += 1 }
        try await dawdle()
        return FakeWorld.score(Self.accuracy(of: order.genome) - 0.01, on: order.task.split)
    }

    func track(_ order: Order<TrackingTask>) async throws -> TrackingResult {
        state.withLock { $0.evaluations[order.id, default: 0] += 1 }
        try await dawdle()
        let value = Double(UInt8(Self.digest(order.task.setup.description).hexadecimal.prefix(2), radix: 16) ?? 0) / 256
        return TrackingResult(
            metrics: ["idf1": value, "held-out/idf1": value / 2],
            setup: order.task.keepsTracks ? Self.digest("setup \(order.task.setup)") : nil,
            tracks: order.task.keepsTracks ? Self.digest("tracks \(order.task.setup)") : nil)
    }

    func cancel(group: String) async throws { state.withLock { $0.cancelledGroups.append(group) } }

    func networks(
        for scenario: Scenario, activations: [String: Double], space: String, limit: Int
    ) async throws -> [RankedModel] {
        state.withLock { $0.asked.append(scenario.name) }
        if let attentionFailure { throw attentionFailure }
        return known.prefix(limit).map { Self.ranked(ModelKey(space: space, genome: "\($0)"), outcomes: 1) }
    }

    func structures(
        _ names: [String], of modality: String, for scenario: Scenario, activations: [String: Double]
    ) async throws -> [RankedStructure] {
        if let attentionFailure { throw attentionFailure }
        guard let first = favorites[modality] else { return [] }
        return ([first] + names.filter { $0 != first }).map {
            RankedStructure(name: $0, ranked: Self.ranked(.fresh($0), outcomes: $0 == first ? 1 : 0))
        }
    }

    private static func ranked(_ key: ModelKey, outcomes: Int) -> RankedModel {
        RankedModel(
            model: ModelCandidate(key: key), weight: 0.5, heads: [0.5], deviation: 0, outcomes: outcomes,
            similarity: 1, score: 0)
    }

    func record(_ observation: TrialObservation) async throws {
        state.withLock { $0.observations[observation.trial] = observation }
    }

    func explain(_ scenario: Scenario) async throws -> Explanation {
        state.withLock { $0.resolved += 1 }
        if let resolutionFailure { throw resolutionFailure }
        return try Resolver(Self.map, digest: BlobDigest(hashing: []), networks: offers).explain(.init(scenario))
    }

    /// The shipped atlas with its areas.
    static let map = AreaMap(computedFrom: .shipped)

    func hold(_ files: [BlobDigest], for time: Duration) async throws { state.withLock { $0.held.formUnion(files) } }

    func register(_ model: TrainedModel) async throws { state.withLock { $0.models[model.id] = model } }

    func register(_ tracker: TrackerModel) async throws { state.withLock { $0.trackers[tracker.id] = tracker } }
}

/// A scenario for tests.
func scenarioText(trials: Int = 24, population: Int = 6, seed: Int = 7, more: String = "") -> String {
    """
    scenario: digits
    stimuli: [see written digits, hear spoken digits]
    modalities:
      image: {dataset: mnist}
      audio: {dataset: fsdd, noise: esc10}
    search: {population: \(population), trials: \(trials), seed: \(seed),
      structures: [LeNet3, MediumNet], widths: [0.5, 1]}
    training: {epochs: 1}
    final: {epochs: 5}
    \(more)
    """
}
