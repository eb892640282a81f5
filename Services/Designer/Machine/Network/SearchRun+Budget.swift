import DesignerClient
import Model
import Networks

// Lengths of the final trainings in a search with a time budget, estimated from the time that trials took.
extension SearchRun {
    /// Writes into the rows of new final trainings how many epochs the rest of the time budget allows each.
    func planLengths(of finals: inout [Trial]) {
        guard let left = finalSeconds else { return }
        let share = left * concurrency / max(concurrency, Double(finals.count))
        for place in finals.indices {
            guard let seconds = epochSeconds(of: finals[place].genome) else { continue }
            finals[place].metrics[Self.epochs] = max(
                1, min(share / seconds, Double(scenario.final.epochs)).rounded(.down))
        }
    }

    /// The trials whose networks are trained with a different fold held out each, in turn. Fewer than two if the time
    /// only allows ordinary final trainings, or the scenario asks for no folds.
    func members(of finalists: [Trial]) -> [Trial] {
        guard let folds = scenario.folds, !finalists.isEmpty else { return [] }
        let all = (0..<folds).map { finalists[$0 % finalists.count] }
        guard let left = finalSeconds else { return all }
        // A member that trains for less than a trial did is worth nothing.
        var seconds = left * concurrency
        return Array(
            all.prefix { trial in
                seconds -= (epochSeconds(of: trial.genome) ?? 0) * Double(scenario.training.epochs)
                return seconds > 0
            })
    }

    /// The metric that holds the number of a training's epochs; of a final training, from its beginning.
    static let epochs = "epochs"

    /// Seconds that trials have taken; their share of the budget if that was not measured.
    private var trialSeconds: Double? { scenario.search.budget.map { elapsed ?? $0 * Scenario.Search.trialShare } }

    /// Seconds left for final trainings, which is more than their share if the search has run out of candidates; nil
    /// without a time budget.
    private var finalSeconds: Double? {
        guard let budget = scenario.search.budget, let trialSeconds else { return nil }
        // Trials under way when their time was up have taken some of the rest, but a result needs a final training.
        return max(budget - trialSeconds, budget * (1 - Scenario.Search.trialShare) / 2)
    }

    /// Average number of concurrent trainings until now.
    private var concurrency: Double {
        guard let trialSeconds, trialSeconds > 0 else { return 1 }
        let seconds = trials.filter { !$0.purpose.isFinal }.compactMap { $0.metrics[TrainingCost.seconds] }.reduce(0, +)
        return max(1, seconds / trialSeconds)
    }

    /// Estimated seconds per epoch of a final training, from the time of the network's trial; nil if unknown.
    private func epochSeconds(of genome: String) -> Double? {
        guard let earlier = trials.first(where: { !$0.purpose.isFinal && $0.genome == genome }),
            let seconds = earlier.metrics[TrainingCost.seconds], let epochs = earlier.metrics[Self.epochs], seconds > 0,
            epochs > 0
        else { return nil }
        let counts = scenario.data.counts
        let all = scenario.folds == nil ? counts.training : counts.training + counts.validation
        let share =
            (scenario.final.samples.map(Double.init) ?? Double(all))
            / (scenario.training.samples.map(Double.init) ?? Double(counts.training))
        return seconds / epochs * share
    }
}
