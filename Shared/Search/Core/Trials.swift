import Model

/// A candidate.
public struct Proposal: Hashable, Sendable, Codable {
    /// Number within the search, from 0.
    public let number: Int
    /// The candidate.
    public let genome: Genome
    /// Where it came from, for display: `random` or `crossover 3 × 7`.
    public let origin: String
    /// Numbers of its parent trials.
    public let parents: [Int]

    /// Makes a proposal, for example one read from a database.
    public init(number: Int, genome: Genome, origin: String, parents: [Int] = []) {
        self.number = number
        self.genome = genome
        self.origin = origin
        self.parents = parents
    }
}

/// A searcher's answer to a request for a candidate.
public enum SearchAnswer: Hashable, Sendable {
    /// A candidate.
    case proposal(Proposal)
    /// Nothing until the outcome of this trial is known.
    case waiting(for: Int)
    /// Nothing more: every allowed genome was proposed.
    case exhausted
}

/// The outcome of a candidate.
public enum TrialOutcome: Hashable, Sendable, Codable {
    /// It was measured; higher is better.
    case objective(Double)
    /// It was measured with several objectives; higher is better for each, and the first one is the main one.
    case objectives([Double])
    /// It could not be measured; worse than any measured candidate.
    case failed

    /// The main objective, if it can be compared.
    public var objective: Double? { objectives?.first }

    /// All objectives, if they can be compared.
    public var objectives: [Double]? {
        switch self {
        case .objective(let value): value.isNaN ? nil : [value]
        case .objectives(let values): values.isEmpty || values.contains(where: \.isNaN) ? nil : values
        case .failed: nil
        }
    }

    /// One number per outcome, higher is better: the objective or, with several objectives, the rank among the fronts;
    /// minus infinity if it could not be measured.
    static func fitness(of outcomes: [TrialOutcome?]) -> [Double] {
        let known = outcomes.map { $0?.objectives }
        if known.allSatisfy({ $0?.count ?? 1 == 1 }) { return known.map { $0?.first ?? -.infinity } }
        var ranked = ParetoRanking(known.compactMap(\.self)).fitness[...]
        return known.map { $0 == nil ? -.infinity : ranked.removeFirst() }
    }
}

/// A measured trial.
struct Individual: Hashable {
    let number: Int
    let genome: Genome
    /// Its value: the objective or, with several objectives, the rank among the fronts.
    let fitness: Double

    /// Whether it is better; of equals, the older one is.
    func isBetter(than other: Individual) -> Bool {
        fitness != other.fitness ? fitness > other.fitness : number < other.number
    }
}

/// The view of a search that a strategy gets for a proposal: all proposals, but only the outcomes of the first trials.
struct SearchView {
    let history: SearchHistory
    /// Number of trials with visible outcomes.
    let visible: Int
    /// Whether a candidate is within the limits.
    let isAllowed: (Genome) -> Bool
    /// Genomes that the search was given to begin with.
    var seeds: [Genome] = []

    var space: SearchSpace { history.space }
    /// Number of the requested proposal.
    var number: Int { history.proposals.count }

    /// Whether a genome can be proposed.
    func isOpen(_ genome: Genome) -> Bool {
        space.contains(genome) && !history.contains(genome) && isAllowed(genome)
    }

    /// The visible measured trials, oldest first.
    var measured: [Individual] { measured(among: visible) }

    /// The value of each trial before a number, as `TrialOutcome.fitness` has it.
    func fitness(among trials: Int) -> [Double] {
        precondition(trials <= visible, "these outcomes are not visible yet")
        guard let several = history.firstWithSeveral, several < trials else {
            return Array(history.objectives.prefix(trials))
        }
        return TrialOutcome.fitness(of: Array(history.outcomes.prefix(trials)))
    }

    /// The measured trials before a number, oldest first.
    func measured(among trials: Int) -> [Individual] {
        let fitness = fitness(among: trials)
        return zip(history.proposals, fitness).filter { $1 > -.infinity }.map {
            Individual(number: $0.number, genome: $0.genome, fitness: $1)
        }
    }

    /// A genome that is allowed and not yet proposed, all about equally likely; nil if there is none.
    ///
    /// In a space of up to a million genomes, it enumerates all before it returns nil; in a larger one, a hundred
    /// thousand draws decide.
    func unseen(using generator: inout SeededGenerator) -> Genome? {
        let positions = space.positions.flatMap { $0 <= 1 << 20 ? $0 : nil }
        for _ in 0..<(positions == nil ? 100_000 : 64) {
            let genome = space.random(using: &generator)
            if isOpen(genome) { return genome }
        }
        guard let positions else { return nil }
        let start = generator.below(positions)
        for step in 0..<positions {
            guard let genome = space.genome(at: (start + step) % positions) else { continue }
            if isOpen(genome) { return genome }
        }
        return nil
    }
}
