import DesignerClient
import Model
import Search

extension SearchRun {
    /// Orders the final trainings of the best trials' networks.
    package mutating func trainFinalists(_ decision: inout SearchDecision) throws {
        if fusion != nil { return try trainFusionFinalists(&decision) }
        let finalists = try team()
        guard !finalists.isEmpty else {
            if let latencyFailure { return conclude(.failed(latencyFailure), &decision) }
            let failure = trials.first?.failure ?? Failure(.internal, "The search proposed no network at all.")
            return conclude(.failed(prefixed(failure, "No trial succeeded. First failure")), &decision)
        }
        if try trainFolds(finalists, &decision) { return }
        for trial in finalists { noteFinalist(trial, in: &decision) }
        try addFinals(finalists.map { ($0, "final \($0.id.number)", .final(of: $0.id.number)) }, &decision)
    }

    /// Orders final trainings of trials' networks, as long as the time allows.
    mutating func addFinals(
        _ finals: [(trial: Trial, origin: String, purpose: TrialPurpose)], _ decision: inout SearchDecision
    ) throws {
        var rows = try finals.enumerated().map { place, final in
            try trial(trials.count + place, Genome(final.trial.genome), origin: final.origin, for: final.purpose)
        }
        planLengths(of: &rows)
        for row in rows { try add(row, &decision) }
    }

    /// Ends the search after the final trainings: registers the network that validates best. That can be a trial of the
    /// search, because its short training may by luck have given more than the long one.
    package mutating func finish(_ decision: inout SearchDecision) throws {
        let finals = trials.filter(\.purpose.isFinal)
        // A resumed search may have other trials under way than the final ones.
        guard trials.busy == 0 else { return }
        if try addEnsembles(&decision) { return }
        // Fusion layers by themselves are not a network.
        let rivals =
            finals.filter { $0.objective != nil && $0.keeps(scenario.limits) } + ranking.filter(isWhole).prefix(1)
        let worth = { (trial: Trial) in trial.objective ?? -.infinity }
        let first = rivals.dropFirst().reduce(rivals.first) { best, rival in
            best.map { worth(rival) > worth($0) } ?? true ? rival : best
        }
        let best = ensembleOfFolds ?? first.flatMap(ensemble(asGoodAs:)) ?? first
        if let best, best.metrics[scenario.objective.name(on: "test")] == nil, !best.purpose.isFinal {
            return try scoreOnTest(best, &decision)
        }
        guard let best, let model = try model(of: best) else {
            let failure = finals.first?.failure ?? Failure(.internal, "The best network has no weights.")
            return conclude(.failed(prefixed(failure, "No network could be trained to the end")), &decision)
        }
        decision.steps.append(.register(model))
    }

    /// Orders a test score for a winning trial of the search; finalists already have one.
    private mutating func scoreOnTest(_ trial: Trial, _ decision: inout SearchDecision) throws {
        guard let place = trials.firstIndex(where: { $0.id == trial.id }) else { return }
        trials[place].state = .evaluating
        decision.trials.append(trials[place])
        decision.steps.append(try step(for: trials[place]))
    }
}
