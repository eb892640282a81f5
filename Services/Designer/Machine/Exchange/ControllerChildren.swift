package import Search

/// Children that a replica wrote in a step.
package struct ControllerChildren: Hashable, Sendable {
    /// Number of the step, from 0.
    package var step: Int
    /// Total number of children of the step.
    package var batch: Int
    /// The children requested now, in addition to those submitted before.
    package var genomes: [Genome]
    /// Mean entropy of the controllers' choices in the previous step: bits by gene.
    package var evenness: [String: Double]

    /// Describes children.
    package init(step: Int, batch: Int, genomes: [Genome], evenness: [String: Double]) {
        self.step = step
        self.batch = batch
        self.genomes = genomes
        self.evenness = evenness
    }
}

/// The reply to submitted children.
package struct ControllerPlacement: Hashable, Sendable {
    /// The trials of the step, including those submitted before.
    package var trials: [Int]
    /// Whether the search accepts no more trials.
    package var isOver: Bool

    /// Makes one.
    package init(trials: [Int], isOver: Bool) {
        self.trials = trials
        self.isOver = isOver
    }
}

/// Children that wait for their search.
package struct ControllerRequest: Hashable, Sendable {
    /// Number of the request.
    package let id: Int
    /// Number of the replica that wrote them, from 0.
    package let replica: Int
    /// The candidates to try.
    package let children: ControllerChildren

    /// Makes a request.
    package init(id: Int, replica: Int, children: ControllerChildren) {
        self.id = id
        self.replica = replica
        self.children = children
    }
}
