/// What a scenario's search chooses from: genomes, and the candidates that they stand for.
public protocol CandidateSpace: Sendable {
    /// What is chosen from, as integers.
    var space: SearchSpace { get }
    /// The network of a genome and how it is trained.
    /// - Throws: `Failure` with code `invalid-argument` if the genome belongs to another space.
    func candidate(_ genome: Genome) throws -> Candidate
    /// Whether the network of a genome keeps the scenario's limits.
    func isAllowed(_ genome: Genome) -> Bool
}
