public import Model
import Search
public import Tracking

/// Which of a tracker's metrics is to be as high as possible.
public enum TrackingObjective: String, CaseIterable, Sendable {
    /// Identities over the whole sequence.
    case idf1
    /// Misses, inventions and switches.
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

/// Searches a tracker for sequences: proposes candidates, tracks, scores, and learns from the scores.
public struct TrackingSearch: Sendable {
    /// A measured candidate.
    public struct Trial: Sendable {
        /// Its number, from 0.
        public let number: Int
        /// Where it came from, such as `mutation 3`.
        public let origin: String
        /// What was measured.
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

    /// The trackers with the settings of their papers, on each detector.
    public var defaults: [TrackingSetup] { space.defaults.map(space.candidate) }

    /// Searches; the settings of the papers are its first candidates.
    /// - Parameters:
    ///   - method: How candidates are proposed.
    ///   - trials: How many are measured, those of the papers among them.
    ///   - names: Sequences on which they are measured.
    ///   - progress: Told of every trial.
    /// - Returns: All trials in their order.
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
