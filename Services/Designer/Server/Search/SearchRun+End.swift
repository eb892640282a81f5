import DesignerClient
import Model
import Search

extension SearchRun {
    /// Measured trials of the search, the best one first; of equals the older one.
    var ranking: [Trial] {
        trials.filter { !$0.isFinalTraining && $0.objective != nil }
            .sorted { ($0.objective ?? 0, -$0.id.number) > ($1.objective ?? 0, -$1.id.number) }
    }

    /// Why going on is of no use: all of the first population failed.
    var hopelessness: Failure? {
        let first = trials.prefix(min(scenario.search.population, scenario.search.trials))
        guard first.count == min(scenario.search.population, scenario.search.trials),
            first.allSatisfy({ $0.state == .failed }), let failure = trials.first?.failure
        else { return nil }
        return prefixed(failure, "The first \(first.count) trials all failed, the first one like this")
    }

    /// Has the best trials' networks trained for the final budget.
    mutating func crown(_ decision: inout SearchDecision) throws {
        let finalists = ranking.prefix(scenario.finalists)
        guard !finalists.isEmpty else {
            let failure = trials.first?.failure ?? Failure(.internal, "The search proposed no network at all.")
            return conclude(.failed(prefixed(failure, "No trial succeeded; the first one failed like this")), &decision)
        }
        for trial in finalists {
            decision.note(
                "scenario.finalist", plan.id.text,
                ["trial": trial.id.description, "network": trial.networkName, "objective": "\(trial.objective ?? 0)"])
            let final = try self.trial(trials.count, Genome(trial.genome), Trial.finalOrigin(trial.id.number))
            try add(final, &decision)
        }
    }

    /// After the final trainings: registers what validates best. That can be a trial of the search: its short training may
    /// by luck have given more than the long one.
    mutating func finish(_ decision: inout SearchDecision) throws {
        let finals = trials.filter(\.isFinalTraining)
        // A search that was resumed may have other trials under way than the final ones.
        guard trials.allSatisfy(\.state.isFinal) else { return }
        let rivals = finals.filter { $0.objective != nil } + ranking.prefix(1)
        let best = rivals.enumerated().max { ($0.1.objective ?? 0, -$0.0) < ($1.1.objective ?? 0, -$1.0) }?.element
        guard let best, let model = try model(of: best) else {
            let failure = finals.first?.failure ?? Failure(.internal, "The best network has no weights.")
            return conclude(.failed(prefixed(failure, "No network could be trained to the end")), &decision)
        }
        decision.steps.append(.register(model))
    }

    func conclude(_ conclusion: SearchDecision.Conclusion, _ decision: inout SearchDecision) {
        switch conclusion {
        case .failed(let failure): decision.fail(failure, plan.id)
        case .succeeded(let model):
            decision.conclusion = conclusion
            var attributes = ["model": model]
            if let result = trials.first(where: { $0.id.description == model }) {
                attributes["network"] = result.networkName
                attributes["code"] = result.code
                attributes["validation-accuracy"] = result.objective.map { "\($0)" }
                attributes["test-accuracy"] = result.metrics["test-accuracy"].map { "\($0)" }
                attributes["script"] = result.script?.hexadecimal
                attributes["weights"] = result.weights?.hexadecimal
            }
            decision.note("scenario.result", plan.id.text, attributes)
        }
    }

    func prefixed(_ failure: Failure, _ what: String) -> Failure {
        var failure = failure
        failure.message = "\(what): \(failure.message)"
        failure.isRetriable = false
        return failure
    }
}
