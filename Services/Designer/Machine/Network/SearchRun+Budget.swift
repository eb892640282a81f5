import DesignerClient
import Model
import Networks

// Lengths of the final trainings in a search with a time budget, estimated from the time that trials took.
extension SearchRun {
    /// A final training with as many epochs as the rest of the time budget allows.
    func affordable(_ training: Scenario.Training, _ trial: Trial) -> Scenario.Training {
        guard let left = finalSeconds, let seconds = epochSeconds(of: trial.genome, training) else { return training }
        let count = trial.purpose.fold == nil ? scenario.finalists : members(of: finalists(among: ranking)).count
        let rounds = max(1, Double(count) / concurrency)
        var training = training
        training.epochs = max(1, min(training.epochs, Int(left / (seconds * rounds))))
        return training
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
                seconds -= (epochSeconds(of: trial.genome, scenario.final) ?? 0) * Double(scenario.training.epochs)
                return seconds > 0
            })
    }

    /// Seconds left for final trainings after the trials' share; nil without a time budget.
    private var finalSeconds: Double? { scenario.search.budget.map { $0 * (1 - Scenario.Search.trialShare) } }

    /// Average number of concurrent trainings during the trials' share of the budget.
    private var concurrency: Double {
        guard let budget = scenario.search.budget else { return 1 }
        let seconds = trials.filter { !$0.purpose.isFinal }.compactMap { $0.metrics[TrainingCost.seconds] }.reduce(0, +)
        return max(1, seconds / (budget * Scenario.Search.trialShare))
    }

    /// Estimated seconds per epoch of a final training, from the time of the network's trial; nil if unknown.
    private func epochSeconds(of genome: String, _ training: Scenario.Training) -> Double? {
        guard let earlier = trials.first(where: { !$0.purpose.isFinal && $0.genome == genome }),
            let seconds = earlier.metrics[TrainingCost.seconds], let epochs = earlier.metrics["epochs"], seconds > 0,
            epochs > 0
        else { return nil }
        let counts = scenario.data.counts
        let all = scenario.folds == nil ? counts.training : counts.training + counts.validation
        let share =
            (training.samples.map(Double.init) ?? Double(all))
            / (scenario.training.samples.map(Double.init) ?? Double(counts.training))
        return seconds / epochs * share
    }
}
