import Brain
import Model
import Search

extension SearchRun.Plan {
    /// The networks to choose from: for each modality those that its area offers, and those that no area has claimed.
    ///
    /// - Throws: `Failure` that points into the scenario's file.
    var networkSpace: NetworkSpace {
        get throws {
            let plans = (explanation?.modalities ?? []).map { ($0.modality, Set($0.others)) }
            let excluded = Dictionary(plans) { $0.union($1) }
            return try file.locating { try NetworkSpace(scenario, excluding: excluded) }
        }
    }

    /// The scenario with all functions that it engages.
    var resolved: Scenario {
        var scenario = scenario
        if let explanation { scenario.functions = explanation.functions }
        return scenario
    }

    /// Genomes with which a search begins: what is known to be good, then, while there are places, networks that fuse the
    /// modalities one after the other in the order in which their areas cooperate.
    func seeds(_ known: [Genome], in space: NetworkSpace, limit: Int) -> [Genome] {
        guard let explanation else { return known }
        let offers = explanation.modalities.map { ($0.modality, $0.candidates) }
        let fusions = space.fusions(in: explanation.fusionOrder, preferring: Dictionary(offers) { first, _ in first })
        return known + fusions.filter { !known.contains($0) }.prefix(max(0, limit - known.count))
    }

    /// Where a proposal came from: what the search began with was learnt from others, or follows from the explanation.
    func origin(of proposal: Proposal, known: [Genome]?) -> String {
        guard proposal.origin == "knowledge", known?.contains(proposal.genome) == false else { return proposal.origin }
        return "cooperation"
    }
}
