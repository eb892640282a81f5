import Model

/// A candidate.
public struct Proposal: Hashable, Sendable, Codable {
    /// Number within the search, from 0.
    public let number: Int
    /// The candidate.
    public let genome: Genome
    /// Where it came from, for people: `random` or `crossover 3 × 7`.
    public let origin: String
    /// Numbers of the trials that it descends from.
    public let parents: [Int]

    /// Makes a proposal, as when one is read from a database.
    public init(number: Int, genome: Genome, origin: String, parents: [Int] = []) {
        self.number = number
        self.genome = genome
        self.origin = origin
        self.parents = parents
    }
}

/// What a searcher answers when it is asked.
public enum SearchAnswer: Hashable, Sendable {
    /// A candidate.
    case proposal(Proposal)
    /// None before the outcome of this trial is told.
    case waiting(for: Int)
    /// None any more: every allowed genome was proposed.
    case exhausted
}

/// What came of a candidate.
public enum TrialOutcome: Hashable, Sendable, Codable {
    /// It was measured; higher is better.
    case objective(Double)
    /// It was measured in several respects, each of which is better when higher; the first one is the main one.
    case objectives([Double])
    /// It could not be measured; worse than anything that could.
    case failed

    /// The main objective, where it is a number that can be compared.
    public var objective: Double? { objectives?.first }

    /// All objectives, where they are numbers that can be compared.
    public var objectives: [Double]? {
        switch self {
        case .objective(let value): value.isNaN ? nil : [value]
        case .objectives(let values): values.isEmpty || values.contains(where: \.isNaN) ? nil : values
        case .failed: nil
        }
    }

    /// For each outcome one number, higher where it is better: the objective, or, where there are several, the place among
    /// the fronts; minus infinity for what could not be measured.
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
    /// What makes it better than others: the objective, or, where there are several, the place among the fronts.
    let fitness: Double

    /// Whether it is better; of equals the older one is.
    func isBetter(than other: Individual) -> Bool {
        fitness != other.fitness ? fitness > other.fitness : number < other.number
    }
}

/// What a strategy may know when it proposes: all proposals, and the outcomes of the first trials only.
struct SearchView {
    let history: SearchHistory
    /// How many trials' outcomes can be seen.
    let visible: Int
    /// Whether a candidate keeps the limits.
    let isAllowed: (Genome) -> Bool

    var space: SearchSpace { history.space }
    /// Number of the proposal that is asked for.
    var number: Int { history.proposals.count }

    /// Whether a genome can be proposed.
    func isOpen(_ genome: Genome) -> Bool {
        space.contains(genome) && !history.contains(genome) && isAllowed(genome)
    }

    /// The visible trials that were measured, the oldest first.
    var measured: [Individual] { measured(among: visible) }

    /// The trials before a number that were measured, the oldest first.
    func measured(among trials: Int) -> [Individual] {
        precondition(trials <= visible, "outcomes that nobody may know yet")
        let fitness = TrialOutcome.fitness(of: Array(history.outcomes.prefix(trials)))
        return zip(history.proposals, fitness).filter { $1 > -.infinity }.map {
            Individual(number: $0.number, genome: $0.genome, fitness: $1)
        }
    }

    /// A genome that was not proposed yet and is allowed, every one about equally likely; nil if there is none.
    ///
    /// A space of up to a million genomes is looked through before the answer is none; in a larger one, a hundred thousand
    /// draws decide.
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
