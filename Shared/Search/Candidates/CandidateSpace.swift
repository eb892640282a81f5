/// The space of a scenario's search: genomes, and the candidates that they stand for.
public protocol CandidateSpace: Sendable {
    /// The choices, as integers.
    var space: SearchSpace { get }
    /// The network of a genome, with its training settings.
    /// - Throws: `Failure` with code `invalid-argument` if the genome belongs to another space.
    func candidate(_ genome: Genome) throws -> Candidate
    /// Whether the network of a genome is within the scenario's limits.
    func isAllowed(_ genome: Genome) -> Bool
}
