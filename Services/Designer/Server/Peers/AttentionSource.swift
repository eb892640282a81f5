public import KnowledgeClient
public import Model
import RegistryClient

/// Ranks networks and structures by the attention that a scenario pays to them.
public protocol AttentionSource: Sendable {
    /// The known networks of a search space, in the order in which the scenario should try them.
    /// - Parameter activations: Activations of the brain areas that the scenario engages.
    func networks(
        for scenario: Scenario, activations: [String: Double], space: String, limit: Int
    ) async throws -> [RankedModel]
    /// The structures of a modality, greatest attention first.
    /// - Parameters:
    ///   - names: Names of the structures in the search space.
    ///   - activations: Activations of the brain areas that the scenario engages.
    func structures(
        _ names: [String], of modality: String, for scenario: Scenario, activations: [String: Double]
    ) async throws -> [RankedStructure]
}

/// Asks the knowledge service, with what the registry knows of the scenario's data and of models.
struct RemoteAttention: AttentionSource {
    /// How long an explanation waits for the services: less than its reader waits for the designer.
    static let patience = Duration.seconds(5)

    let client: KnowledgeClient
    let registry: RegistryClient

    func networks(
        for scenario: Scenario, activations: [String: Double], space: String, limit: Int
    ) async throws -> [RankedModel] {
        try await client.rank(for: features(of: scenario, activations), space: space, limit: limit)
    }

    func structures(
        _ names: [String], of modality: String, for scenario: Scenario, activations: [String: Double]
    ) async throws -> [RankedStructure] {
        let choices = try await StructureChoice.all(named: names, of: modality, in: scenario.data) {
            try await code(of: $0)
        }
        return try await client.rank(choices, for: features(of: scenario, activations).of(modality, in: scenario.data))
    }

    /// The features of a scenario, with statistics of its prepared data.
    func features(of scenario: Scenario, _ activations: [String: Double]) async throws -> ScenarioFeatures {
        let dataset = try await registry.dataset(recipe: BlobDigest(scenario.data.id))
        return ScenarioFeatures(scenario, activations: activations, statistics: dataset?.statistics ?? [:])
    }

    /// The code of a model; nil if the registry no longer has it.
    func code(of model: String) async throws -> ArtificialCode? {
        do {
            return try await registry.model(model).code
        } catch let failure as Failure where failure.code == .notFound {
            return nil
        }
    }
}
