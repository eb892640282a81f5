/// A search: ask it for candidates and tell it their outcomes.
///
/// **The same trace for any number of workers.** Proposal k depends on the plan, the seed and the outcomes of the first
/// trials (k alone determines how many), never on the order or time of their arrival. While one of these
/// is unknown, `ask` answers `waiting`. All other state of a strategy follows from the history, so a searcher that was
/// stored and loaded continues identically.
///
/// ```swift
/// var searcher = Searcher(.evolution(.init(population: 12)), in: space, seed: 7)
/// while case .proposal(let proposal) = try searcher.ask(where: { _ in true }) {
///     try searcher.tell(proposal.number, .objective(measure(proposal.genome)))
/// }
/// ```
public struct Searcher: Sendable {
    /// The search plan.
    public let plan: SearchPlan
    /// Seed that, together with the outcomes, determines the whole search.
    public let seed: UInt64
    /// The proposals and outcomes.
    public private(set) var history: SearchHistory
    private let seeds: [Genome]
    private var strategy: any SearchStrategy
    /// Number of trials whose findings were reported before the search was resumed.
    private let told: Int

    /// The search space.
    public var space: SearchSpace { history.space }

    /// Makes a search; `seeds` are proposed first.
    public init(_ plan: SearchPlan, in space: SearchSpace, seed: UInt64, seeds: [Genome] = []) {
        self.init(plan, seed: seed, seeds: seeds, history: SearchHistory(in: space))
    }

    /// Resumes a search with its earlier proposals and outcomes.
    public init(_ plan: SearchPlan, seed: UInt64, seeds: [Genome] = [], history: SearchHistory) {
        self.plan = plan
        self.seed = seed
        self.seeds = seeds
        self.history = history
        strategy = plan.strategy(in: history.space, seed: seed)
        let last = history.proposals.count - 1
        told = last < 0 ? 0 : strategy.visible(at: last)
    }

    /// What it has learned since the last call or since it was resumed.
    public mutating func takeDiagnostics() -> [SearchDiagnostics] {
        strategy.takeDiagnostics().filter { $0.trials > told }
    }

    /// The next candidate, if there is one now.
    /// - Parameter isAllowed: Whether a candidate is within the limits; one that is not is replaced by another. It must
    ///   always give the same answer for the same genome.
    /// - Throws: `Failure` if the strategy needs a program that is missing or fails.
    public mutating func ask(where isAllowed: (Genome) -> Bool = { _ in true }) throws -> SearchAnswer {
        let visible = strategy.visible(at: history.proposals.count)
        if visible > history.settled { return .waiting(for: history.settled) }
        var generator = SeededGenerator(seed: seed, stream: UInt64(history.proposals.count))
        let chosen = try withoutActuallyEscaping(isAllowed) { isAllowed -> Suggestion? in
            let view = SearchView(history: history, visible: visible, isAllowed: isAllowed, seeds: seeds)
            if let given = given(view) { return Suggestion(given, origin: "knowledge") }
            if let found = try strategy.propose(view, using: &generator) { return found }
            return view.unseen(using: &generator).map { Suggestion($0, origin: "random") }
        }
        guard let chosen else { return .exhausted }
        return history.propose(chosen)
    }

    /// Proposes a candidate written elsewhere; while there are unused seeds, one of these in its place.
    /// - Returns: The proposal; nil if the candidate can no longer be proposed.
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

    /// Records the outcome of a proposed candidate; repeating it changes nothing.
    /// - Throws: `Failure` with code `not-found` for a number that was never proposed, `conflict` for a second,
    ///   different outcome.
    public mutating func tell(_ number: Int, _ outcome: TrialOutcome) throws {
        try history.tell(number, outcome)
    }

    /// Whether a proposal is one of the seeds, which come before all others.
    public func isSeed(_ proposal: Proposal) -> Bool {
        proposal.number < seeds.count && seeds.contains(proposal.genome)
    }

    /// The first seed that is usable and not yet proposed.
    private func given(_ view: SearchView) -> Genome? {
        // Seeds come first, so once as many trials were proposed, none are left.
        guard view.number < seeds.count else { return nil }
        return seeds.first(where: view.isOpen)
    }
}

extension Searcher: Codable {
    private enum Keys: CodingKey { case plan, seed, seeds, history }

    /// Decodes a search; its strategy's state follows from the history.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        self.init(
            try container.decode(SearchPlan.self, forKey: .plan),
            seed: try container.decode(UInt64.self, forKey: .seed),
            seeds: try container.decode([Genome].self, forKey: .seeds),
            history: try container.decode(SearchHistory.self, forKey: .history))
    }

    /// Encodes a search.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(plan, forKey: .plan)
        try container.encode(seed, forKey: .seed)
        try container.encode(seeds, forKey: .seeds)
        try container.encode(history, forKey: .history)
    }
}
