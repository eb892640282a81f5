import DesignerSearch
import EvaluatorClient
import KnowledgeClient
public import Messaging
import Model
import Networks
import RegistryClient
import Search
public import ServiceClient
import TrainerClient

// The other services behind the designer's own protocols: each converts between the designer's types and those of the
// service's client.

/// How long a service may be away: as long as its repair takes.
private let patience = Duration.seconds(365 * 86_400)

extension DesignerPeers {
    /// The services of this installation.
    /// - Parameter connect: Makes a connection to a service.
    public init(connecting connect: (ServiceName) throws -> RequestClient) rethrows {
        self.init(
            trainer: RemoteTrainer(
                client: TrainerClient(try connect(.trainer), patience: patience),
                registry: RegistryClient(try connect(.registry), patience: patience)),
            evaluator: RemoteEvaluator(client: EvaluatorClient(try connect(.evaluator), patience: patience)),
            knowledge: RemoteKnowledge(
                client: KnowledgeClient(try connect(.knowledge), patience: patience),
                registry: RegistryClient(try connect(.registry), patience: patience)),
            registry: RemoteRegistry(client: RegistryClient(try connect(.registry), patience: patience)),
            brain: RemoteResolver(
                client: RegistryClient(try connect(.registry), patience: RemoteResolver.patience)),
            attention: RemoteAttention(
                client: KnowledgeClient(try connect(.knowledge), patience: RemoteAttention.patience),
                registry: RegistryClient(try connect(.registry), patience: RemoteAttention.patience)))
    }
}

private struct RemoteTrainer: Trainer {
    let client: TrainerClient
    let registry: RegistryClient

    func prepare(_ order: PreparationOrder) async throws {
        guard let recipe = order.data.recipe else {
            guard try await registry.dataset(recipe: BlobDigest(order.data.id)) == nil else { return }
            throw Failure(
                .notFound, "The registry no longer has dataset '\(order.data.id)'; publish the scenario again.")
        }
        // Nothing else in the scenario can run before this.
        _ = try await client.prepare(PreparationTask(recipe: recipe), id: order.id, group: order.group, priority: 10)
    }

    func features(_ order: Order<FeatureTask>) async throws -> FeatureResult {
        try await client.features(order.task, id: order.id, group: order.group, priority: 10)
    }

    func train(_ order: Order<TrainingTask>) async throws -> TrainingResult {
        try await client.train(order.task, id: order.id, group: order.group)
    }

    func cancel(group: String) async throws { try await client.cancel(group: group) }
}

private struct RemoteEvaluator: Evaluator {
    let client: EvaluatorClient

    func evaluate(_ order: Order<EvaluationTask>) async throws -> EvaluationResult {
        try await client.evaluate(order.task, id: order.id, group: order.group)
    }

    func track(_ order: Order<TrackingTask>) async throws -> TrackingResult {
        try await client.track(order.task, id: order.id, group: order.group)
    }

    func cancel(group: String) async throws { try await client.cancel(group: group) }
}

private struct RemoteKnowledge: KnowledgeBase {
    let client: KnowledgeClient
    let attention: RemoteAttention
    private let codes: ModelCodes

    init(client: KnowledgeClient, registry: RegistryClient) {
        self.client = client
        let attention = RemoteAttention(client: client, registry: registry)
        self.attention = attention
        codes = ModelCodes { try await attention.code(of: $0) }
    }

    func networks(
        for scenario: Scenario, activations: [String: Double], space: String, limit: Int
    ) async throws -> [RankedModel] {
        try await attention.networks(for: scenario, activations: activations, space: space, limit: limit)
    }

    func structures(
        _ names: [String], of modality: String, for scenario: Scenario, activations: [String: Double]
    ) async throws -> [RankedStructure] {
        try await attention.structures(names, of: modality, for: scenario, activations: activations)
    }

    func record(_ observation: TrialObservation) async throws {
        let plan = try ScenarioPlan(reading: observation.text, id: observation.scenario)
        var scenario = plan.scenario
        if let functions = observation.functions { scenario.functions = functions }
        let features = try await attention.features(of: scenario, observation.activations ?? [:])
        try await client.record(
            Observation(
                id: observation.trial, scenario: observation.scenario.text, features: features,
                genome: observation.genome, space: observation.space, code: try ArtificialCode(observation.code),
                objective: observation.objective, metrics: observation.metrics))
        for (modality, structure) in (observation.structures ?? [:]).sorted(by: { $0.key < $1.key }) {
            try await record(structure, of: modality, observation, scenario, features)
        }
    }

    /// Records a trial as an outcome of the structure that read a modality.
    private func record(
        _ structure: String, of modality: String, _ observation: TrialObservation, _ scenario: Scenario,
        _ features: ScenarioFeatures
    ) async throws {
        let choice = try await StructureChoice.all(named: [structure], of: modality, in: scenario.data) {
            try await codes.code(of: $0, in: observation.scenario)
        }.first
        guard var candidate = choice?.candidate else { return }
        // A fusion names the models of the registry themselves.
        if scenario.fusion?.networks[modality] == structure, !FusionSpace.isStructure(structure) {
            let code = try await codes.code(of: structure, in: observation.scenario)
            candidate = ModelCandidate(key: .model(structure), code: code)
        }
        let scores = candidate.scores.map { (Observation.scorePrefix + $0.key, $0.value) }
        try await client.record(
            Observation(
                id: "\(observation.trial) \(modality)", scenario: observation.scenario.text,
                features: features.of(modality, in: scenario.data), genome: candidate.key.genome,
                space: candidate.key.space, code: candidate.code, objective: observation.objective,
                metrics: Dictionary(uniqueKeysWithValues: scores)))
    }
}

private struct RemoteRegistry: ModelRegistry {
    let client: RegistryClient

    func hold(_ files: [BlobDigest], for time: Duration) async throws { try await client.hold(files, for: time) }

    func pretrained(_ model: String, modality: String) async throws -> StoredBackbone {
        let found = try await client.model(model)
        let base = try await client.network(found.network)
        guard let weights = found.file(.safetensors), base.format == BaseNetwork.ownFormat else {
            throw Failure(
                .invalidArgument,
                "the model '\(model)' cannot be split into stages; it needs layers and weights in safetensors.")
        }
        return StoredBackbone(
            model: found.id, modality: modality, network: base.description, category: base.category, weights: weights)
    }

    func register(_ model: TrainedModel) async throws {
        let network = try NetworkDescription(json: model.network)
        let code = model.code
        _ = try await client.register(
            BaseNetwork(
                id: try network.id, name: code.name, category: code.category, areas: code.areas,
                functions: code.functions, parameters: UInt64(try network.parameterCount),
                operations: UInt64(try network.multiplyAccumulates), description: model.network))
        _ = try await client.register(
            PretrainedModel(
                id: model.id, network: try network.id, platform: code.platform, dataset: code.dataset,
                optimizer: code.optimizer, accuracy: model.accuracy,
                files: [ModelFile(.torchScript, model.script), ModelFile(.safetensors, model.weights)]
                    + [model.answers].compactMap { $0 }.map { ModelFile(.answers, $0) },
                metrics: model.metrics,
                lineage: .init(
                    scenario: model.scenario, trial: model.id, recipe: try model.recipe.map(BlobDigest.init)),
                series: model.series ?? ""))
    }

    func register(_ tracker: TrackerModel) async throws {
        let outline = try tracker.outline
        let code = tracker.code
        let network = BaseNetwork(
            name: code.name, category: code.category, areas: code.areas, functions: code.functions,
            description: try outline.canonicalJSON, format: outline.format)
        _ = try await client.register(network)
        _ = try await client.register(
            PretrainedModel(
                id: tracker.id, network: BlobDigest(hashing: Array(network.description.utf8)), platform: code.platform,
                dataset: code.dataset, optimizer: code.optimizer, accuracy: tracker.accuracy,
                files: [ModelFile(.tracker, tracker.setup), ModelFile(.tracks, tracker.tracks)],
                metrics: tracker.metrics,
                lineage: .init(
                    scenario: tracker.scenario, trial: tracker.id, recipe: try BlobDigest(tracker.recipe)),
                series: tracker.series))
    }
}
