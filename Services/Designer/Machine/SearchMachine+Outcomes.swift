package import DesignerClient
package import Model
package import Search

// The value of trials: for the searcher, for comparisons, and for the result.
extension Scenario {
    /// The outcome reported to the searcher; nil if the trial is not yet measured.
    ///
    /// With early stopping, it is the result of the first training, which all trials have.
    package func outcome(of trial: Trial) -> TrialOutcome? {
        if let first = trial.rungs.first { return outcome(of: trial, first) }
        switch trial.state {
        case .succeeded: return trial.objective.map { outcome(of: trial, $0) } ?? .failed
        case .failed: return .failed
        case .training, .evaluating, .cancelled, .paused: return nil
        }
    }

    /// The value of an objective together with the costs that count.
    package func outcome(of trial: Trial, _ objective: Double) -> TrialOutcome {
        let costs = minimized.compactMap { trial.metrics[$0.metric] }
        guard trial.keeps(limits), costs.count == minimized.count else { return .failed }
        return costs.isEmpty ? .objective(objective) : .objectives([objective] + costs.map(-))
    }
}

extension SearchMachine {
    package func outcome(of trial: Trial) -> TrialOutcome? { scenario.outcome(of: trial) }

    package func outcome(of trial: Trial, _ objective: Double) -> TrialOutcome {
        scenario.outcome(of: trial, objective)
    }

    /// Measured trials of the search within the limits, best first; of equals, the older one first. A trial that was
    /// stopped early can rank above those that were not.
    package var ranking: [Trial] {
        let measured = trials.filter { trial in
            !trial.purpose.isFinal && trial.state.isMeasured
                && trial.objective.flatMap { outcome(of: trial, $0).objectives } != nil
        }
        return measured.sorted {
            ($0.objective ?? -.infinity, -$0.id.number) > ($1.objective ?? -.infinity, -$1.id.number)
        }
    }

    /// The trials of a ranking that get a final training; with several objectives, those on the first Pareto front come
    /// first.
    /// - Parameter count: How many; nil for the scenario's own number.
    package func finalists(among ranking: [Trial], count: Int? = nil) -> [Trial] {
        let fronts = ParetoRanking(
            ranking.compactMap { trial in trial.objective.flatMap { outcome(of: trial, $0).objectives } }
        ).fronts
        let order = ranking.indices.sorted { (fronts[$0], $0) < (fronts[$1], $1) }
        return order.prefix(count ?? scenario.finalists).map { ranking[$0] }
    }

    /// Why there is no result although trials succeeded; nil if none did.
    package var latencyFailure: Failure? {
        let latencies = trials.filter(\.state.isMeasured).compactMap { $0.metrics[Scenario.Cost.latency.metric] }
        guard let limit = scenario.limits.latency, let fastest = latencies.min(), fastest > limit else { return nil }
        return Failure(
            .invalidArgument,
            """
            objective.limits.latency: none of \(latencies.count) networks answers within \(limit) ms; the fastest took \
            \((fastest * 1_000).rounded() / 1_000) ms. Raise the limit, or allow smaller networks with search.widths and \
            search.structures.
            """)
    }
}
