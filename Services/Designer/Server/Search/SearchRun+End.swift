import DesignerClient
import Model
import Search

extension SearchRun {
    /// The best trial of the search; of equals the older one.
    var winner: Trial? {
        trials.filter { !$0.isFinalTraining && $0.objective != nil }
            .max { ($0.objective ?? 0, -$0.id.number) < ($1.objective ?? 0, -$1.id.number) }
    }

    /// Why going on is of no use: all of the first population failed.
    var hopelessness: Failure? {
        let first = trials.prefix(min(scenario.search.population, scenario.search.trials))
        guard first.count == min(scenario.search.population, scenario.search.trials),
            first.allSatisfy({ $0.state == .failed }), let failure = trials.first?.failure
        else { return nil }
        return prefixed(failure, "The first \(first.count) trials all failed, the first one like this")
    }

    /// Has the winner trained for the final budget.
    mutating func crown(_ decision: inout SearchDecision) throws {
        guard let winner else {
            let failure = trials.first?.failure ?? Failure(.internal, "The search proposed no network at all.")
            return conclude(.failed(prefixed(failure, "No trial succeeded; the first one failed like this")), &decision)
        }
        decision.note(
            "scenario.winner", plan.id.text,
            ["trial": winner.id.description, "network": winner.networkName, "objective": "\(winner.objective ?? 0)"])
        let genome = try Genome(winner.genome)
        try add(try trial(trials.count, genome, "winner \(winner.id.number)"), &decision)
    }

    /// After the final training: registers what it gave, or, where it failed, what the winner's trial gave.
    mutating func finish(_ decision: inout SearchDecision) throws {
        guard let last = trials.last, last.state.isFinal else { return }
        let result = last.state == .succeeded ? last : winner
        guard let result, let model = try model(of: result) else {
            let failure = last.failure ?? Failure(.internal, "The winner has no weights.")
            return conclude(.failed(prefixed(failure, "The winner could not be trained")), &decision)
        }
        decision.steps.append(.register(model))
    }

    func conclude(_ conclusion: SearchDecision.Conclusion, _ decision: inout SearchDecision) {
        decision.conclusion = conclusion
        switch conclusion {
        case .failed(let failure):
            decision.note(
                "scenario.failed", plan.id.text, ["code": failure.code.rawValue, "message": failure.message])
        case .succeeded(let model):
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
