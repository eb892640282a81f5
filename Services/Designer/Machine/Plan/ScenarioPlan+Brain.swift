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

    /// The genomes that prior knowledge suggests to begin with: first the network of the structures that attention favors,
    /// then known good ones. If nothing is known about the structures, the first genome has the pretrained networks with
    /// the most promising features.
    package func start(from knowledge: PriorKnowledge, in space: any CandidateSpace) -> [Genome] {
        guard let space = space as? NetworkSpace else { return knowledge.genomes }
        let preferred = space.promising.merging(knowledge.structures) { $1 }
        guard !preferred.isEmpty, let pick = fusions(in: space, preferring: preferred).last else {
            return knowledge.genomes
        }
        // Without a pretrained network among them, whole genomes that did well say more than structures.
        guard scenario.data.views.isEmpty else { return [pick] + knowledge.genomes.filter { $0 != pick } }
        return knowledge.genomes + [pick].filter { !knowledge.genomes.contains($0) }
    }

    /// The genomes that a search begins with: those of prior knowledge; then, as long as there are free slots, networks
    /// that fuse the modalities one after another in the order of their areas' cooperation; and, for users' data, a
    /// network of each structure.
    package func seeds(_ known: [Genome], in space: any CandidateSpace, limit: Int) -> [Genome] {
        if let space = space as? FusionSpace {
            let first = space.alone + space.late
            return first + known.filter { !first.contains($0) }
        }
        guard explanation != nil, let space = space as? NetworkSpace else { return known }
        var seeds = known
        let fusions = fusions(in: space, preferring: space.promising)
        seeds += fusions.filter { !seeds.contains($0) }.prefix(max(0, limit - seeds.count))
        if scenario.data.recipe == nil { seeds += space.portfolio.filter { !seeds.contains($0) } }
        return seeds
    }

    /// Networks that add the modalities in the order of cooperation, the last one with all of them.
    private func fusions(in space: NetworkSpace, preferring preferred: [String: [String]]) -> [Genome] {
        guard let explanation else { return [] }
        let offers = Dictionary(explanation.modalities.map { ($0.modality, $0.candidates) }) { first, _ in first }
        return space.fusions(in: explanation.fusionOrder, preferring: offers.merging(preferred) { $1 + $0 })
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
        guard known?.contains(proposal.genome) == true else { return "cooperation" }
        return proposal.genome == known?.first && !scenario.data.views.isEmpty ? "attention" : proposal.origin
    }
}
