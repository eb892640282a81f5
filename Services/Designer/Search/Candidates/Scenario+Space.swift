public import Model

extension Scenario {
    /// The networks that a search chooses from where it fuses none: structures layer by layer where the scenario has
    /// `search.layers`, or else whole ones.
    /// - Parameter engaged: What of the brain decides which structures there are.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the field that is wrong.
    public func networkSpace(engaged: EngagedAreas = .all) throws -> any CandidateSpace {
        guard let layers = search.layers else { return try NetworkSpace(self, engaged: engaged) }
        return try LayerSpace(self, layers)
    }

    /// What the search chooses from, as the knowledge service tells spaces apart; empty for a search that trains none, nil where
    /// it fuses models of the registry, whose layers decide what there is to choose.
    /// - Throws: As `networkSpace`.
    public func searchSpaceText(engaged: EngagedAreas) throws -> String? {
        guard task.isTrained else { return "" }
        guard let fusion else { return try networkSpace(engaged: engaged).space.description }
        guard fusion.networks.values.allSatisfy(FusionSpace.isStructure) else { return nil }
        return try FusionSpace(self, fusion).space.description
    }
}

extension CandidateSpace {
    /// Whether the network of a genome of the space keeps limits; it is made only where there are any.
    func keeps(_ limits: Scenario.Limits, _ genome: Genome) -> Bool {
        guard limits.parameters != nil || limits.operations != nil else { return true }
        guard let candidate = try? candidate(genome) else { return false }
        return limits.allow(parameters: candidate.parameters, operations: candidate.operations)
    }
}

extension Scenario.Limits {
    /// Whether a network with so many keeps these limits.
    package func allow(parameters count: Int, operations needed: Int) -> Bool {
        count <= parameters ?? .max && needed <= operations ?? .max
    }

    /// Whether the smallest networks of a space keep these limits.
    /// - Parameters:
    ///   - parameters: Of the network that has the fewest.
    ///   - operations: Of the network that has the fewest.
    func check(parameters smallest: Int, operations fewest: Int) throws {
        if let limit = parameters, limit < smallest {
            throw Failure(
                .invalidArgument,
                """
                objective.limits.parameters: no network of the search space has at most \(limit) parameters; the \
                smallest has \(smallest).
                """)
        }
        if let limit = operations, limit < fewest {
            throw Failure(
                .invalidArgument,
                """
                objective.limits.operations: no network of the search space has at most \(limit) operations; the \
                smallest has \(fewest).
                """)
        }
    }
}
