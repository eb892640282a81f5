package import Search

/// Children that a replica has written in a step.
package struct ControllerChildren: Hashable, Sendable {
    /// Number of the step, from 0.
    package var step: Int
    /// Children of the step in all.
    package var batch: Int
    /// Those that are wanted now, beside the ones that were placed before.
    package var genomes: [Genome]
    /// How even the controllers' choices were in the step before: entropies in bits by genes.
    package var evenness: [String: Double]

    /// Describes children.
    package init(step: Int, batch: Int, genomes: [Genome], evenness: [String: Double]) {
        self.step = step
        self.batch = batch
        self.genomes = genomes
        self.evenness = evenness
    }
}

/// What became of children.
package struct ControllerPlacement: Hashable, Sendable {
    /// The trials of the step, of those placed before as well.
    package var trials: [Int]
    /// Whether there are no more trials to come.
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
    /// What is to be tried.
    package let children: ControllerChildren

    /// Makes a request.
    package init(id: Int, replica: Int, children: ControllerChildren) {
        self.id = id
        self.replica = replica
        self.children = children
    }
}
