import Brain
package import Model
package import Search

extension ScenarioPlan {
    /// The search space: fusions if the scenario asks for one, otherwise networks.
    ///
    /// - Throws: `Failure` that points into the scenario's file.
    package var candidateSpace: any CandidateSpace {
        get throws {
            guard let fusion = scenario.fusion else { return try networkSpace }
            return try file.locating {
                try FusionSpace(scenario, fusion, models: models.mapValues { try $0.pretrained })
            }
        }
    }

    /// The networks to choose from: for each modality those that its area offers, and those that no area has claimed.
    ///
    /// - Throws: `Failure` that points into the scenario's file.
    private var networkSpace: any CandidateSpace {
        get throws {
            try file.locating { try scenario.networkSpace(engaged: explanation?.engaged ?? .all) }
        }
    }

    /// The scenario with all functions that it engages.
    package var resolved: Scenario {
        var scenario = scenario
        if let explanation { scenario.functions = explanation.functions }
        return scenario
    }

    /// Genomes with which a search begins: pretrained networks whose features promise most; then known good ones; then,
    /// while there are places, networks that fuse the modalities one after another in the order of their areas'
    /// cooperation; and, for a user's data, a network of each structure.
    package func seeds(_ known: [Genome], in space: any CandidateSpace, limit: Int) -> [Genome] {
        if let space = space as? FusionSpace {
            let first = space.alone + space.late
            return first + known.filter { !first.contains($0) }
        }
        guard let explanation, let space = space as? NetworkSpace else { return known }
        let offers = explanation.modalities.map { ($0.modality, $0.candidates) }
        let promising = space.promising
        let preferred = Dictionary(offers) { first, _ in first }.merging(promising) { $1 + $0 }
        let fusions = space.fusions(in: explanation.fusionOrder, preferring: preferred)
        // The last one has all modalities.
        var seeds = promising.isEmpty ? [] : Array(fusions.suffix(1))
        seeds += known.filter { !seeds.contains($0) }
        seeds += fusions.filter { !seeds.contains($0) }.prefix(max(0, limit - seeds.count))
        if scenario.data.recipe == nil { seeds += space.portfolio.filter { !seeds.contains($0) } }
        return seeds
    }

    /// The origin of a proposal: initial genomes either come from the knowledge service or follow from the explanation.
    /// - Parameter isSeed: Whether it is an initial genome.
    package func origin(of proposal: Proposal, isSeed: Bool, known: [Genome]?) -> String {
        guard isSeed else { return proposal.origin }
        if let fusion = scenario.fusion {
            // The genome after the modalities is the product of all answers.
            if (1...fusion.networks.count).contains(proposal.genome.genes[0][0]) { return "alone" }
            return known?.contains(proposal.genome) == true ? proposal.origin : "late fusion"
        }
        guard known?.contains(proposal.genome) == false else { return proposal.origin }
        return scenario.data.views.isEmpty ? "cooperation" : "attention"
    }
}
