import Model

/// What a search proposed and what it was told: all that a searcher has to remember.
public struct SearchHistory: Hashable, Sendable {
    /// What is chosen from.
    public let space: SearchSpace
    /// Proposals by number.
    public private(set) var proposals: [Proposal] = []
    /// Outcomes by number; nil if none was told yet.
    public private(set) var outcomes: [TrialOutcome?] = []
    /// Number of trials from the first one on whose outcomes are all known.
    public private(set) var settled = 0
    private var forms: Set<String> = []

    /// A search that has not begun.
    public init(in space: SearchSpace) { self.space = space }

    /// The history of a search as it was stored; proposals are given by number from 0.
    /// - Throws: `Failure` with code `corrupt` if a number is missing or a network stands twice.
    public init(
        _ trials: some Sequence<(proposal: Proposal, outcome: TrialOutcome?)>, in space: SearchSpace
    ) throws {
        self.space = space
        for trial in trials { try follow(trial.proposal, trial.outcome) }
    }

    /// Takes what another search proposed, and what came of it; proposals are given by number, known ones may come again.
    /// - Throws: `Failure` with code `corrupt` if a number is missing or a network stands twice.
    public mutating func follow(_ proposal: Proposal, _ outcome: TrialOutcome?) throws {
        if proposal.number >= proposals.count {
            guard proposal.number == proposals.count, !contains(proposal.genome) else {
                throw Failure(
                    .corrupt,
                    "The stored search is broken at trial \(proposals.count): a number is missing or a genome repeated."
                )
            }
            record(proposal)
        }
        if let outcome { try tell(proposal.number, outcome) }
    }

    /// Whether a genome was proposed, or one that is the same network.
    public func contains(_ genome: Genome) -> Bool { forms.contains(space.form(of: genome)) }

    /// Proposes a candidate under the next number.
    mutating func propose(_ choice: Suggestion) -> SearchAnswer {
        let proposal = Proposal(
            number: proposals.count, genome: choice.genome, origin: choice.origin, parents: choice.parents)
        record(proposal)
        return .proposal(proposal)
    }

    private mutating func record(_ proposal: Proposal) {
        proposals.append(proposal)
        outcomes.append(nil)
        forms.insert(space.form(of: proposal.genome))
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
}

extension SearchHistory: Codable {
    private struct Entry: Codable {
        var proposal: Proposal
        var outcome: TrialOutcome?
    }

    private enum Keys: CodingKey { case space, trials }

    /// Reads proposals and outcomes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        let entries = try container.decode([Entry].self, forKey: .trials)
        try self.init(
            entries.map { ($0.proposal, $0.outcome) }, in: container.decode(SearchSpace.self, forKey: .space))
    }

    /// Writes proposals and outcomes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(space, forKey: .space)
        try container.encode(zip(proposals, outcomes).map { Entry(proposal: $0, outcome: $1) }, forKey: .trials)
    }
}
