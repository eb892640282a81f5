import DesignerClient
import Model
import Search

extension SearchRun {
    /// Has the best trials' networks trained for the final budget.
    mutating func crown(_ decision: inout SearchDecision) throws {
        if fusion != nil { return try crownFusion(&decision) }
        let finalists = finalists(among: ranking)
        guard !finalists.isEmpty else {
            if let slowness { return conclude(.failed(slowness), &decision) }
            let failure = trials.first?.failure ?? Failure(.internal, "The search proposed no network at all.")
            return conclude(.failed(prefixed(failure, "No trial succeeded; the first one failed like this")), &decision)
        }
        for trial in finalists {
            noteFinalist(trial, in: &decision)
            let final = try self.trial(trials.count, Genome(trial.genome), Trial.finalOrigin(trial.id.number))
            try add(final, &decision)
        }
    }

    /// After the final trainings: registers what validates best. That can be a trial of the search: its short training may
    /// by luck have given more than the long one.
    mutating func finish(_ decision: inout SearchDecision) throws {
        let finals = trials.filter(\.isFinalTraining)
        // A search that was resumed may have other trials under way than the final ones.
        guard trials.allSatisfy(\.state.isIdle) else { return }
        // Fusion layers by themselves are no network.
        let rivals =
            finals.filter { $0.objective != nil && $0.keeps(scenario.limits) } + ranking.filter(isWhole).prefix(1)
        let best = rivals.enumerated().max { ($0.1.objective ?? 0, -$0.0) < ($1.1.objective ?? 0, -$1.0) }?.element
        guard let best, let model = try model(of: best) else {
            let failure = finals.first?.failure ?? Failure(.internal, "The best network has no weights.")
            return conclude(.failed(prefixed(failure, "No network could be trained to the end")), &decision)
        }
        decision.steps.append(.register(model))
    }
}
