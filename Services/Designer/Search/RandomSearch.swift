/// Proposes every allowed genome with about the same probability, none twice. The baseline of every other search.
public struct RandomSearch: Searcher {
    /// What it chooses from.
    public let space: SearchSpace
    /// Determines the whole search.
    public let seed: UInt64
    /// What it proposed and was told.
    public private(set) var history: SearchHistory
    private let seeds: [Genome]

    /// Makes a search; `seeds` are proposed first.
    public init(
        space: SearchSpace, seed: UInt64, seeds: [Genome] = [], history: SearchHistory = SearchHistory()
    ) {
        self.space = space
        self.seed = seed
        self.seeds = seeds
        self.history = history
    }

    /// The next candidate; it never waits.
    public mutating func ask(where isAllowed: (Genome) -> Bool) -> SearchAnswer {
        let number = history.proposals.count
        var generator = SeededGenerator(seed: seed, stream: UInt64(number))
        if let given = history.given(seeds, in: space, where: isAllowed) {
            return history.propose(given, "knowledge")
        }
        guard let genome = history.unseen(in: space, using: &generator, where: isAllowed) else { return .exhausted }
        return history.propose(genome, "random")
    }

    /// Takes an outcome.
    public mutating func tell(_ number: Int, _ outcome: TrialOutcome) throws {
        try history.tell(number, outcome)
    }
}

extension SearchHistory {
    /// The first given genome that is usable and was not proposed yet.
    func given(_ seeds: [Genome], in space: SearchSpace, where isAllowed: (Genome) -> Bool) -> Genome? {
        // Seeds come first, so once as many trials were proposed there is nothing left to look for.
        guard proposals.count < seeds.count else { return nil }
        return seeds.first { space.contains($0) && !contains($0) && isAllowed($0) }
    }
}
