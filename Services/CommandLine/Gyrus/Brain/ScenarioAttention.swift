import Brain
import KnowledgeClient
import Model
import RegistryClient
import Search

/// The attention of the knowledge service to the structures and networks of a scenario.
struct ScenarioAttention {
    private let scenario: Scenario
    private let engaged: EngagedAreas
    private let features: ScenarioFeatures
    private let registry: RegistryClient
    private let services: Services

    init(_ scenario: Scenario, _ explanation: Explanation, _ services: Services) async throws {
        var scenario = scenario
        scenario.functions = explanation.functions
        self.scenario = scenario
        self.services = services
        engaged = explanation.engaged
        registry = try await services.registry()
        let statistics = try await registry.dataset(recipe: BlobDigest(scenario.data.id))?.statistics
        features = ScenarioFeatures(scenario, activations: explanation.activations, statistics: statistics ?? [:])
    }

    /// The networks of the search space that the search would start with, or why they are unknown.
    func networks(limit: Int) async throws -> Result<[AttentionRow], Failure> {
        guard let space = try scenario.searchSpaceText(engaged: engaged) else {
            return .failure(
                Failure(.notFound, "the scenario fuses models in the registry, which define the search space"))
        }
        return try await answered { knowledge in
            try await knowledge.rank(for: features, space: space, limit: limit).map(AttentionRow.init)
        }
    }

    /// The structures of each modality, greatest attention first, or why they are unknown. Empty if the search does not
    /// choose whole structures.
    func structures() async throws -> Result<[StructureAttentionRow], Failure> {
        guard scenario.task.isTrained, scenario.fusion == nil,
            let space = try scenario.networkSpace(engaged: engaged) as? NetworkSpace
        else { return .success([]) }
        return try await answered { knowledge in
            var rows: [StructureAttentionRow] = []
            for (modality, names) in space.names.sorted(by: { $0.key < $1.key }) {
                let choices = try await StructureChoice.all(named: names, of: modality, in: scenario.data) { model in
                    try await registry.existingModel(model)?.code
                }
                let ranked = try await knowledge.rank(choices, for: features.of(modality, in: scenario.data))
                rows += ranked.map { StructureAttentionRow($0, of: modality) }
            }
            return rows
        }
    }

    private func answered<Row>(_ ask: (KnowledgeClient) async throws -> [Row]) async throws -> Result<[Row], Failure> {
        do {
            return .success(try await ask(services.knowledge()))
        } catch let failure as Failure where failure.code == .unavailable {
            return .failure(Failure(.unavailable, "the knowledge service does not answer"))
        }
    }
}
