public import Model
import Search
public import Tracking

/// The tracker metric to maximize.
public enum TrackingObjective: String, CaseIterable, Sendable {
    /// Identity preservation over the whole sequence.
    case idf1
    /// Misses, false positives and identity switches.
    case mota
    /// Detection and association in balance.
    case hota

    /// Its value in a score.
    public func value(of score: TrackingScore) -> Double {
        switch self {
        case .idf1: score.identity.f1
        case .mota: score.clear.accuracy
        case .hota: score.hota.score
        }
    }
}

/// Searches for a tracker for given sequences: proposes candidates, tracks, scores, and learns from the scores.
public struct TrackingSearch: Sendable {
    /// A measured candidate.
    public struct Trial: Sendable {
        /// Number, from 0.
        public let number: Int
        /// Where it came from, such as `mutation 3`.
        public let origin: String
        /// The tracker and detector.
        public let candidate: TrackingSetup
        /// Its scores on the sequences of the search.
        public let evaluation: Evaluation
        /// The objective's value.
        public let value: Double
    }

    private let bench: TrackingBench
    private let space: TrackingSpace
    private let objective: TrackingObjective

    /// Prepares a search.
    /// - Throws: `Failure` with code `invalid-argument` if there is nothing to choose.
    public init(_ bench: TrackingBench, objective: TrackingObjective) throws {
        self.bench = bench
        self.objective = objective
        space = try TrackingSpace(detectors: bench.detectors)
    }

    /// The trackers with their papers' settings, on each detector.
    public var defaults: [TrackingSetup] { space.defaults.map(space.candidate) }

    /// Runs the search; the published settings are its first candidates.
    /// - Parameters:
    ///   - method: The search method.
    ///   - trials: Number of measured candidates, including the published settings.
    ///   - names: Sequences on which candidates are measured.
    ///   - progress: Called with every trial.
    /// - Returns: All trials in order.
    public func run(
        _ method: SearchMethod, trials: Int, population: Int, seed: UInt64, on names: Set<String>,
        progress: (Trial) -> Void = { _ in }
    ) async throws -> [Trial] {
        var searcher = method.searcher(
            population: population, trials: trials, seed: seed, seeds: space.defaults,
            history: SearchHistory(in: space.space))
        var measured: [Trial] = []
        while measured.count < trials, case .proposal(let proposal) = try searcher.ask(where: space.isCanonical) {
            let candidate = space.candidate(proposal.genome)
            let evaluation = try await bench.evaluate(candidate, on: names)
            let value = evaluation.rows.last.map { objective.value(of: $0.score) } ?? 0
            try searcher.tell(proposal.number, .objective(value))
            let trial = Trial(
                number: proposal.number, origin: proposal.origin, candidate: candidate, evaluation: evaluation,
                value: value)
            measured.append(trial)
            progress(trial)
        }
        return measured
    }
}
