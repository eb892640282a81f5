package import DesignerClient
package import Model
package import Search

// What trials are worth: to the searcher, beside each other, and as the result.
extension Scenario {
    /// What the searcher is told of a trial; nil for one that was not measured yet.
    ///
    /// Where trials are stopped early it is what the first training gave, which all of them had.
    package func outcome(of trial: Trial) -> TrialOutcome? {
        if let first = trial.rungs.first { return outcome(of: trial, first) }
        switch trial.state {
        case .succeeded: return trial.objective.map { outcome(of: trial, $0) } ?? .failed
        case .failed: return .failed
        case .training, .evaluating, .cancelled, .paused: return nil
        }
    }

    /// What an objective that a trial reached is worth, beside what else counts.
    package func outcome(of trial: Trial, _ objective: Double) -> TrialOutcome {
        let costs = minimized.compactMap { trial.metrics[$0.metric] }
        guard trial.keeps(limits), costs.count == minimized.count else { return .failed }
        return costs.isEmpty ? .objective(objective) : .objectives([objective] + costs.map(-))
    }
}

extension SearchCourse {
    package func outcome(of trial: Trial) -> TrialOutcome? { scenario.outcome(of: trial) }

    package func outcome(of trial: Trial, _ objective: Double) -> TrialOutcome {
        scenario.outcome(of: trial, objective)
    }

    /// Measured trials of the search that keep the limits, the best one first; of equals the older one. A trial that was
    /// stopped early and is better than those that were not is better indeed.
    package var ranking: [Trial] {
        let measured = trials.filter { trial in
            !trial.purpose.isFinal && trial.state.isMeasured
                && trial.objective.flatMap { outcome(of: trial, $0).objectives } != nil
        }
        return measured.sorted {
            ($0.objective ?? -.infinity, -$0.id.number) > ($1.objective ?? -.infinity, -$1.id.number)
        }
    }

    /// The trials of a ranking that are trained in the end: where several things count, those that no other beats in all of
    /// them come first.
    /// - Parameter count: How many; nil for as many as the scenario says.
    package func finalists(among ranking: [Trial], count: Int? = nil) -> [Trial] {
        let fronts = ParetoRanking(
            ranking.compactMap { trial in trial.objective.flatMap { outcome(of: trial, $0).objectives } }
        ).fronts
        let order = ranking.indices.sorted { (fronts[$0], $0) < (fronts[$1], $1) }
        return order.prefix(count ?? scenario.finalists).map { ranking[$0] }
    }

    /// Why there is no result although trials succeeded; nil if none did.
    package var slowness: Failure? {
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
