/// A search that is asked for candidates and told what came of them.
///
/// **The same trace for any number of workers.** What is proposed as number k depends on the plan, the seed and the
/// outcomes of the first trials, up to a number that follows from k; never on the order or the time in which outcomes were
/// told. Where one of these is not known yet, `ask` answers `waiting`. Everything else a strategy keeps follows from the
/// history, so a searcher that was stored and read goes on alike.
///
/// ```swift
/// var searcher = Searcher(.evolution(.init(population: 12)), in: space, seed: 7)
/// while case .proposal(let proposal) = try searcher.ask(where: { _ in true }) {
///     try searcher.tell(proposal.number, .objective(measure(proposal.genome)))
/// }
/// ```
public struct Searcher: Sendable {
    /// How it chooses.
    public let plan: SearchPlan
    /// Determines, with the outcomes, the whole search.
    public let seed: UInt64
    /// What it proposed and was told.
    public private(set) var history: SearchHistory
    private let seeds: [Genome]
    private var strategy: any SearchStrategy
    /// Trials whose insights were told before the search was taken up.
    private let told: Int

    /// What it chooses from.
    public var space: SearchSpace { history.space }

    /// Makes a search; `seeds` are proposed first.
    public init(_ plan: SearchPlan, in space: SearchSpace, seed: UInt64, seeds: [Genome] = []) {
        self.init(plan, seed: seed, seeds: seeds, history: SearchHistory(in: space))
    }

    /// Resumes a search with what it had proposed and was told before.
    public init(_ plan: SearchPlan, seed: UInt64, seeds: [Genome] = [], history: SearchHistory) {
        self.plan = plan
        self.seed = seed
        self.seeds = seeds
        self.history = history
        strategy = plan.strategy(in: history.space, seed: seed)
        let last = history.proposals.count - 1
        told = last < 0 ? 0 : strategy.visible(at: last)
    }

    /// What it has learned since it was asked for this, or was taken up.
    public mutating func takeInsights() -> [SearchInsight] {
        strategy.takeInsights().filter { $0.trials > told }
    }

    /// The next candidate, if there can be one now.
    /// - Parameter isAllowed: Whether a candidate keeps the limits; one that does not is replaced by another. It must give
    ///   the same answer whenever it is asked about the same genome.
    /// - Throws: `Failure` if the strategy needs a program that is missing or fails.
    public mutating func ask(where isAllowed: (Genome) -> Bool = { _ in true }) throws -> SearchAnswer {
        let visible = strategy.visible(at: history.proposals.count)
        if visible > history.settled { return .waiting(for: history.settled) }
        var generator = SeededGenerator(seed: seed, stream: UInt64(history.proposals.count))
        let chosen = try withoutActuallyEscaping(isAllowed) { isAllowed -> Suggestion? in
            let view = SearchView(history: history, visible: visible, isAllowed: isAllowed)
            if let given = given(view) { return Suggestion(given, origin: "knowledge") }
            if let found = try strategy.propose(view, using: &generator) { return found }
            return view.unseen(using: &generator).map { Suggestion($0, origin: "random") }
        }
        guard let chosen else { return .exhausted }
        return history.propose(chosen)
    }

    /// Proposes a candidate that was written elsewhere; as long as there are given ones, one of these in its place.
    /// - Returns: The proposal; nil if the candidate cannot be proposed any more.
    public mutating func take(
        _ genome: Genome, origin: String, where isAllowed: (Genome) -> Bool = { _ in true }
    ) -> Proposal? {
        let chosen = withoutActuallyEscaping(isAllowed) { isAllowed -> Suggestion? in
            let view = SearchView(history: history, visible: 0, isAllowed: isAllowed)
            if let given = given(view) { return Suggestion(given, origin: "knowledge") }
            return view.isOpen(genome) ? Suggestion(genome, origin: origin) : nil
        }
        guard let chosen, case .proposal(let proposal) = history.propose(chosen) else { return nil }
        return proposal
    }

    /// Takes the outcome of a proposed candidate; telling it again changes nothing.
    /// - Throws: `Failure` with code `not-found` for a number that was never proposed, `conflict` for a second, other
    ///   outcome.
    public mutating func tell(_ number: Int, _ outcome: TrialOutcome) throws {
        try history.tell(number, outcome)
    }

    /// The first given genome that is usable and was not proposed yet.
    private func given(_ view: SearchView) -> Genome? {
        // Seeds come first, so once as many trials were proposed there is nothing left to look for.
        guard view.number < seeds.count else { return nil }
        return seeds.first(where: view.isOpen)
    }
}

extension Searcher: Codable {
    private enum Keys: CodingKey { case plan, seed, seeds, history }

    /// Reads a search; what its strategy knows follows from the history.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        self.init(
            try container.decode(SearchPlan.self, forKey: .plan),
            seed: try container.decode(UInt64.self, forKey: .seed),
            seeds: try container.decode([Genome].self, forKey: .seeds),
            history: try container.decode(SearchHistory.self, forKey: .history))
    }

    /// Writes a search.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(plan, forKey: .plan)
        try container.encode(seed, forKey: .seed)
        try container.encode(seeds, forKey: .seeds)
        try container.encode(history, forKey: .history)
    }
}
