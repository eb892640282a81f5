public import Model

/// A search that is asked for candidates and told what came of them.
///
/// **The same trace for any number of workers.** What a searcher proposes as number k depends on its settings and on the
/// outcomes of trials 0 to k − lag, never on the order or the time in which outcomes were told. Where one of these is not
/// known yet, `ask` answers `waiting`. The state is `Codable`; a searcher that was stored and read goes on alike.
///
/// ```swift
/// var searcher = Evolution(space: space, settings: .init(population: 12), seed: 7)
/// while case .proposal(let proposal) = searcher.ask(where: { _ in true }) {
///     try searcher.tell(proposal.number, .objective(measure(proposal.genome)))
/// }
/// ```
public protocol Searcher: Sendable, Codable {
    /// What it chooses from.
    var space: SearchSpace { get }
    /// What it proposed and was told.
    var history: SearchHistory { get }
    /// The next candidate, if there can be one now.
    /// - Parameter isAllowed: Whether a candidate keeps the limits; one that does not is replaced by another. It must give
    ///   the same answer whenever it is asked about the same genome.
    mutating func ask(where isAllowed: (Genome) -> Bool) -> SearchAnswer
    /// Takes the outcome of a proposed candidate; telling it again changes nothing.
    /// - Throws: `Failure` with code `not-found` for a number that was never proposed, `conflict` for a second, other
    ///   outcome.
    mutating func tell(_ number: Int, _ outcome: TrialOutcome) throws
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

/// A candidate.
public struct Proposal: Hashable, Sendable, Codable {
    /// Number within the search, from 0.
    public let number: Int
    /// The candidate.
    public let genome: Genome
    /// Where it came from, such as `random` or `crossover 3 × 7`.
    public let origin: String

    /// Makes a proposal, as when one is read from a database.
    public init(number: Int, genome: Genome, origin: String) {
        self.number = number
        self.genome = genome
        self.origin = origin
    }
}

/// What came of a candidate.
public enum TrialOutcome: Hashable, Sendable, Codable {
    /// It was measured; higher is better.
    case objective(Double)
    /// It could not be measured; worse than anything that could.
    case failed

    /// The objective, where it is a number that can be compared.
    public var objective: Double? {
        if case .objective(let value) = self, !value.isNaN { return value }
        return nil
    }
}

extension SearchMethod {
    /// A searcher of this method, with what it had proposed and was told before.
    public func searcher(
        space: SearchSpace, population: Int, seed: UInt64, seeds: [Genome] = [],
        history: SearchHistory = SearchHistory()
    ) -> any Searcher {
        switch self {
        case .evolution:
            Evolution(space: space, settings: .init(population: population), seed: seed, seeds: seeds, history: history)
        case .random: RandomSearch(space: space, seed: seed, seeds: seeds, history: history)
        }
    }
}
