package import Search

/// What earlier outcomes and the scores of pretrained models say about a scenario before its first trial.
package struct PriorKnowledge: Hashable, Sendable {
    /// Genomes of the same search space that did well in similar scenarios, best first.
    package var genomes: [Genome]
    /// Names of the structures of each modality in the order of attention, pretrained and fresh ones together; without
    /// the modalities for which nothing distinguishes the structures.
    package var structures: [String: [String]]

    /// Describes prior knowledge.
    package init(genomes: [Genome] = [], structures: [String: [String]] = [:]) {
        self.genomes = genomes
        self.structures = structures
    }
}
