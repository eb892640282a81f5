import Brain
import DesignerClient
import KnowledgeClient
import Model
import Presentation
import RegistryClient
import ServiceClient

/// The networks of earlier searches that attention favors for a scenario.
enum AttentionTable {
    /// Maximum number of networks listed.
    private static let most = 8

    /// Template values; a note if the knowledge service does not answer.
    static func values(_ facts: ScenarioFacts?, _ explanation: Explanation, _ backends: Backends) async -> [String: Any]
    {
        let ranked = await backends.part(.knowledge) { backends in
            guard let facts, let space = facts.space, let datasets = facts.datasets, let features = facts.features
            else {
                throw Failure(
                    .notFound, "An older version of Gyrus published this scenario and did not store its search space.")
            }
            var known = ScenarioFeatures(
                task: facts.task.rawValue, datasets: datasets, functions: explanation.functions, numbers: features)
            let dataset = try await backends.registry.dataset(recipe: BlobDigest(facts.recipe))
            known.add(activations: explanation.activations, statistics: dataset?.statistics ?? [:])
            return try await backends.knowledge.rank(for: known, space: space, limit: most)
        }
        switch ranked {
        // Every key needs a value; a template would otherwise take the one of the enclosing page.
        case .failure(let failure): return ["note": failure.message, "rows": [Any](), "isEmpty": false]
        case .success(let models): return ["note": false, "rows": models.map(row), "isEmpty": models.isEmpty]
        }
    }

    private static func row(_ ranked: RankedModel) -> [String: Any] {
        [
            "network": ranked.model.code?.name ?? ranked.model.key.genome, "genome": ranked.model.key.genome,
            "weight": Words.fixed(ranked.weight, 3), "deviation": Words.fixed(ranked.deviation, 2),
            "heads": ranked.heads.map { Words.fixed($0, 2) }.joined(separator: " · "),
            "outcomes": "\(ranked.outcomes)", "similarity": Words.fixed(ranked.similarity, 2),
        ]
    }
}
