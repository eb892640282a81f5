import Model

/// The proposals and outcomes of a search: the complete state that a searcher needs.
public struct SearchHistory: Hashable, Sendable {
    /// The search space.
    public let space: SearchSpace
    /// Proposals by number.
    public private(set) var proposals: [Proposal] = []
    /// Outcomes by number; nil if not yet known.
    public private(set) var outcomes: [TrialOutcome?] = []
    /// Number of leading trials whose outcomes are all known.
    public private(set) var settled = 0
    /// Main objectives by number; minus infinity for a trial that failed or whose outcome is not known.
    private(set) var objectives: [Double] = []
    /// Number of the first trial that was measured with several objectives; nil if there is none.
    private(set) var firstWithSeveral: Int?
    private var forms: Set<String> = []

    /// A search that has not begun.
    public init(in space: SearchSpace) { self.space = space }

    /// The history of a stored search; proposals are given by number from 0.
    /// - Throws: `Failure` with code `corrupt` if a number is missing or a network occurs twice.
    public init(
        _ trials: some Sequence<(proposal: Proposal, outcome: TrialOutcome?)>, in space: SearchSpace
    ) throws {
        self.space = space
        for trial in trials { try follow(trial.proposal, trial.outcome) }
    }

    /// Adds another search's proposals and outcomes, given by number; known ones may be repeated.
    /// - Throws: `Failure` with code `corrupt` if a number is missing or a network occurs twice.
    public mutating func follow(_ proposal: Proposal, _ outcome: TrialOutcome?) throws {
        if proposal.number >= proposals.count {
            guard proposal.number == proposals.count, !contains(proposal.genome) else {
                throw Failure(
                    .corrupt,
                    "The stored search is corrupt at trial \(proposals.count): a number is missing or a genome repeated."
                )
            }
            record(proposal)
        }
        if let outcome { try tell(proposal.number, outcome) }
    }

    /// Whether this genome, or one that is the same network, was already proposed.
    public func contains(_ genome: Genome) -> Bool { forms.contains(space.form(of: genome)) }

    /// Adds a proposal under the next number.
    mutating func propose(_ choice: Suggestion) -> SearchAnswer {
        let proposal = Proposal(
            number: proposals.count, genome: choice.genome, origin: choice.origin, parents: choice.parents)
        record(proposal)
        return .proposal(proposal)
    }

    private mutating func record(_ proposal: Proposal) {
        proposals.append(proposal)
        outcomes.append(nil)
        objectives.append(-.infinity)
        forms.insert(space.form(of: proposal.genome))
    }

    /// Records an outcome.
    mutating func tell(_ number: Int, _ outcome: TrialOutcome) throws {
        guard outcomes.indices.contains(number) else {
            throw Failure(.notFound, "The search has not proposed trial \(number), so it cannot record its outcome.")
        }
        if let known = outcomes[number] {
            guard known == outcome else {
                throw Failure(
                    .conflict, "The search received two outcomes of trial \(number): \(known) and \(outcome).")
            }
            return
        }
        outcomes[number] = outcome
        objectives[number] = outcome.objective ?? -.infinity
        if let count = outcome.objectives?.count, count > 1 {
            firstWithSeveral = min(firstWithSeveral ?? number, number)
        }
        while settled < outcomes.count, outcomes[settled] != nil { settled += 1 }
    }
}

extension SearchHistory: Codable {
    private struct Entry: Codable {
        var proposal: Proposal
        var outcome: TrialOutcome?
    }

    private enum Keys: CodingKey { case space, trials }

    /// Decodes proposals and outcomes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        let entries = try container.decode([Entry].self, forKey: .trials)
        try self.init(
            entries.map { ($0.proposal, $0.outcome) }, in: container.decode(SearchSpace.self, forKey: .space))
    }

    /// Encodes proposals and outcomes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(space, forKey: .space)
        try container.encode(zip(proposals, outcomes).map { Entry(proposal: $0, outcome: $1) }, forKey: .trials)
    }
}
