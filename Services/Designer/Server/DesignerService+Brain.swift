import Brain
import DesignerClient
import DesignerSearch
import KnowledgeClient
import Model
import Search

extension DesignerService {
    /// What a scenario engages; if its file names something unknown, the error points at the place.
    func resolve(_ file: ScenarioFile) async throws -> Explanation {
        let result: Result<Explanation, any Error>
        do {
            result = .success(try await peers.brain.explain(file.scenario))
        } catch {
            result = .failure(error)
        }
        return try file.locating { try result.get() }
    }

    /// What a scenario engages, which structures its search chooses from, and what attention would try first.
    /// - Parameter networks: Maximum number of networks in the order of attention. 0 asks for no attention, and for a
    ///   published scenario only for what was stored with it.
    /// - Throws: `Failure` with code `invalid-argument` that points at the error in a text, `not-found` if there is no
    ///   such scenario or it was published before explanations were stored.
    func explain(_ subject: ScenarioExplanation.Subject, networks: Int) async throws -> ScenarioExplanation {
        if networks == 0, case .published(let id) = subject {
            return ScenarioExplanation(explanation: try await stored(store.status(id)))
        }
        let (plan, explanation) = try await planned(subject)
        let scenario = plan.resolved
        var explained = ScenarioExplanation(
            explanation: explanation, structures: try Self.structures(of: scenario, explanation))
        guard networks > 0 else { return explained }
        do {
            explained.ranking = try await ranking(of: scenario, explanation)
            if let space = try scenario.searchSpaceText(engaged: explanation.engaged) {
                explained.networks = try await peers.attention.networks(
                    for: scenario, activations: explanation.activations, space: space, limit: networks
                ).map(ScenarioExplanation.RankedNetwork.init)
            } else {
                explained.unknown = "the scenario fuses models in the registry, which define the search space"
            }
        } catch let failure as Failure where failure.isRetriable {
            explained.unknown = "the knowledge service does not answer"
        }
        return explained
    }

    private func planned(_ subject: ScenarioExplanation.Subject) async throws -> (ScenarioPlan, Explanation) {
        switch subject {
        case .text(let text, let file):
            var plan = try ScenarioPlan(reading: text, file: Self.fileName(file), id: .random())
            let explanation = try await resolve(plan.file)
            plan.explanation = explanation
            return (plan, explanation)
        case .published(let id):
            let status = try await store.status(id)
            let explanation = try await stored(status)
            return (try ScenarioPlan(reading: status.text, id: status.id, explanation: explanation), explanation)
        }
    }

    private func stored(_ status: ScenarioStatus) async throws -> Explanation {
        guard let explanation = try await store.explanation(of: status.id) else {
            throw Failure(
                .notFound,
                "Scenario '\(status.id)' was published before explanations were stored; explain its file instead.")
        }
        return explanation
    }

    /// The structures of each modality, searched ones first; empty if the search does not choose whole structures.
    private static func structures(
        of scenario: Scenario, _ explanation: Explanation
    ) throws -> [ScenarioExplanation.Structure] {
        guard scenario.task.isTrained, scenario.search.layers == nil, scenario.fusion == nil else { return [] }
        let alphabet = try StructureAlphabet(scenario, engaged: explanation.engaged)
        return scenario.data.modalities.flatMap { modality in
            let choices = alphabet.choices(for: modality)
            return (choices.filter(\.isIn) + choices.filter { !$0.isIn }).map {
                ScenarioExplanation.Structure(
                    modality: modality, name: $0.family, isSearched: $0.isIn, reason: $0.reason)
            }
        }
    }

    /// The structures of each modality in the order of attention; empty if the search does not choose whole structures.
    private func ranking(
        of scenario: Scenario, _ explanation: Explanation
    ) async throws -> [ScenarioExplanation.RankedStructure] {
        guard scenario.task.isTrained, scenario.fusion == nil,
            let space = try scenario.networkSpace(engaged: explanation.engaged) as? NetworkSpace
        else { return [] }
        var rows: [ScenarioExplanation.RankedStructure] = []
        for (modality, names) in space.names.sorted(by: { $0.key < $1.key }) {
            rows += try await peers.attention.structures(
                names, of: modality, for: scenario, activations: explanation.activations
            ).map { ScenarioExplanation.RankedStructure($0, of: modality) }
        }
        return rows
    }
}

extension ScenarioExplanation.RankedStructure {
    fileprivate init(_ structure: RankedStructure, of modality: String) {
        self.init(
            modality: modality, name: structure.name, isPretrained: structure.ranked.model.isPretrained,
            weight: structure.ranked.weight, scores: structure.ranked.model.scores,
            outcomes: structure.ranked.outcomes, similarity: structure.ranked.similarity, reason: structure.reason)
    }
}

extension ScenarioExplanation.RankedNetwork {
    fileprivate init(_ ranked: RankedModel) {
        self.init(
            genome: ranked.model.key.genome, code: ranked.model.code, weight: ranked.weight, heads: ranked.heads,
            deviation: ranked.deviation, outcomes: ranked.outcomes, similarity: ranked.similarity)
    }
}
