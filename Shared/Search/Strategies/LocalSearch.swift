/// Local search: tries the neighbors of the best trial of a climb in turn, and moves as soon as one is better. Once all
/// neighbors of the best one are known, the next climb begins with a random start.
public struct LocalSearch: SearchStrategy {
    /// Settings of the search.
    public struct Settings: Hashable, Sendable, Codable {
        /// Number of random candidates; the best one starts the first climb.
        public var starts: Int
        /// Maximum number of trials under way at once.
        public var lag: Int

        /// Makes settings.
        public init(starts: Int = 10, lag: Int = 1) {
            self.starts = starts
            self.lag = lag
        }
    }

    let settings: Settings
    private let seed: UInt64
    /// Trials whose neighbors are all known, permanently.
    private var exhausted: Set<Int> = []

    init(settings: Settings, seed: UInt64) {
        self.settings = settings
        // A different seed than that of the proposals' streams.
        self.seed = ~seed
    }

    func visible(at number: Int) -> Int {
        number < settings.starts ? 0 : visibleTrials(at: number, lag: settings.lag)
    }

    mutating func propose(_ view: SearchView, using generator: inout SeededGenerator) -> Suggestion? {
        guard view.number >= settings.starts else { return nil }
        let start = view.history.proposals.last { isStart($0, view) }?.number ?? 0
        let measured = view.measured
        // While a start is under way, the previous climb continues.
        let climb = start < view.visible ? measured.filter { $0.number >= start } : measured
        if let best = climb.max(by: { $1.isBetter(than: $0) }), let next = neighbor(of: best, view) {
            return Suggestion(next, origin: "neighbor \(best.number)", from: [best.number])
        }
        return view.unseen(using: &generator).map { Suggestion($0, origin: "start") }
    }

    /// Whether a proposal began a climb: it is neither a neighbor of another trial nor a seed.
    private func isStart(_ proposal: Proposal, _ view: SearchView) -> Bool {
        proposal.number >= settings.starts && proposal.parents.isEmpty && !view.seeds.contains(proposal.genome)
    }

    /// The first available neighbor; a trial's neighbors always have the same order.
    private mutating func neighbor(of trial: Individual, _ view: SearchView) -> Genome? {
        guard !exhausted.contains(trial.number) else { return nil }
        var order = SeededGenerator(seed: seed, stream: UInt64(trial.number))
        let neighbors = view.space.neighbors(of: trial.genome, using: &order)
        if let open = neighbors.first(where: view.isOpen) { return open }
        exhausted.insert(trial.number)
        return nil
    }
}
