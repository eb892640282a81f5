public import Model

extension Scenario {
    /// The networks that a search without fusion chooses from: layer by layer if the scenario has `search.layers`,
    /// otherwise whole structures.
    /// - Parameter engaged: The engaged part of the brain, which decides which structures there are.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the invalid field.
    public func networkSpace(engaged: EngagedAreas = .all) throws -> any CandidateSpace {
        guard let layers = search.layers else { return try NetworkSpace(self, engaged: engaged) }
        return try LayerSpace(self, layers)
    }

    /// The text by which the knowledge service distinguishes search spaces; empty for a search that trains no network, nil for one
    /// that fuses models in the registry, whose layers decide what there is to choose.
    /// - Throws: As `networkSpace`.
    public func searchSpaceText(engaged: EngagedAreas) throws -> String? {
        guard task.isTrained else { return "" }
        guard let fusion else { return try networkSpace(engaged: engaged).space.description }
        guard fusion.networks.values.allSatisfy(FusionSpace.isStructure) else { return nil }
        return try FusionSpace(self, fusion).space.description
    }
}

extension CandidateSpace {
    /// Whether the network of a genome is within limits; builds it only if there are limits.
    func keeps(_ limits: Scenario.Limits, _ genome: Genome) -> Bool {
        guard limits.parameters != nil || limits.operations != nil else { return true }
        guard let candidate = try? candidate(genome) else { return false }
        return limits.allow(parameters: candidate.parameters, operations: candidate.operations)
    }
}

extension Scenario.Limits {
    /// Whether a network with these counts is within the limits.
    package func allow(parameters count: Int, operations needed: Int) -> Bool {
        count <= parameters ?? .max && needed <= operations ?? .max
    }

    /// Whether the smallest networks of a space are within the limits.
    /// - Parameters:
    ///   - parameters: The smallest number of parameters.
    ///   - operations: The smallest number of operations.
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
