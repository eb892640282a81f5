import Model

/// What a search proposed and what it was told: all that a searcher has to remember.
public struct SearchHistory: Hashable, Sendable {
    /// Proposals by number.
    public private(set) var proposals: [Proposal] = []
    /// Outcomes by number; nil where none was told yet.
    public private(set) var outcomes: [TrialOutcome?] = []
    /// Number of trials from the first one on whose outcomes are all known.
    public private(set) var settled = 0
    private var proposed: Set<Genome> = []

    /// A search that has not begun.
    public init() {}

    /// The history of a search as it was stored; proposals are given by number from 0.
    /// - Throws: `Failure` with code `corrupt` where a number is missing or a genome stands twice.
    public init(_ trials: some Sequence<(proposal: Proposal, outcome: TrialOutcome?)>) throws {
        for trial in trials {
            guard trial.proposal.number == proposals.count, !proposed.contains(trial.proposal.genome) else {
                throw Failure(
                    .corrupt,
                    "The stored search is broken at trial \(proposals.count): a number is missing or a genome repeated."
                )
            }
            record(trial.proposal)
            if let outcome = trial.outcome { try tell(trial.proposal.number, outcome) }
        }
    }

    /// Whether a genome was proposed.
    public func contains(_ genome: Genome) -> Bool { proposed.contains(genome) }

    /// Proposes a genome under the next number.
    mutating func propose(_ genome: Genome, _ origin: String) -> SearchAnswer {
        let proposal = Proposal(number: proposals.count, genome: genome, origin: origin)
        record(proposal)
        return .proposal(proposal)
    }

    private mutating func record(_ proposal: Proposal) {
        proposals.append(proposal)
        outcomes.append(nil)
        proposed.insert(proposal.genome)
    }

    /// Remembers an outcome.
    mutating func tell(_ number: Int, _ outcome: TrialOutcome) throws {
        guard outcomes.indices.contains(number) else {
            throw Failure(.notFound, "The search has proposed no trial \(number), so it cannot be told its outcome.")
        }
        if let known = outcomes[number] {
            guard known == outcome else {
                throw Failure(
                    .conflict, "The search was told two outcomes of trial \(number): \(known) and \(outcome).")
            }
            return
        }
        outcomes[number] = outcome
        while settled < outcomes.count, outcomes[settled] != nil { settled += 1 }
    }

    /// A genome that was not proposed yet and is allowed, every one about equally likely; nil where there is none.
    ///
    /// A space of up to a million genomes is looked through before the answer is none; in a larger one, a hundred thousand
    /// draws decide.
    func unseen(
        in space: SearchSpace, using generator: inout SeededGenerator, where isAllowed: (Genome) -> Bool
    ) -> Genome? {
        let positions = space.positions.flatMap { $0 <= 1 << 20 ? $0 : nil }
        for _ in 0..<(positions == nil ? 100_000 : 64) {
            let genome = space.random(using: &generator)
            if !contains(genome), isAllowed(genome) { return genome }
        }
        guard let positions else { return nil }
        let start = generator.below(positions)
        for step in 0..<positions {
            guard let genome = space.genome(at: (start + step) % positions) else { continue }
            if !contains(genome), isAllowed(genome) { return genome }
        }
        return nil
    }
}

extension SearchHistory: Codable {
    private struct Entry: Codable {
        var proposal: Proposal
        var outcome: TrialOutcome?
    }

    /// Reads proposals and outcomes.
    public init(from decoder: any Decoder) throws {
        let entries = try decoder.singleValueContainer().decode([Entry].self)
        try self.init(entries.map { ($0.proposal, $0.outcome) })
    }

    /// Writes proposals and outcomes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(zip(proposals, outcomes).map { Entry(proposal: $0, outcome: $1) })
    }
}
