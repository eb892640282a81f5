import DesignerClient
import EvaluatorClient
import Model
import Networks
import Search
import TrainerClient

extension SearchRun {
    /// What a trial that is under way needs next.
    mutating func step(for trial: Trial) throws -> SearchDecision.Step {
        let candidate = try candidate(try Genome(trial.genome))
        let prefix = "\(plan.group)/\(trial.id.number)"
        // What a trial is ordered for again, once it was paused, is another order.
        let suffix = trial.rungs.isEmpty ? "" : "-\(trial.rungs.count + 1)"
        if trial.state == .evaluating, let script = trial.script {
            let order = EvaluationOrder(
                id: "\(prefix)/evaluate\(suffix)", group: plan.group, script: script, candidate: candidate,
                recipe: scenario.data.id, latencyRuns: trial.isFinalTraining ? 50 : 10,
                head: trial.isFinalTraining ? nil : head(of: candidate))
            return .evaluate(order, number: trial.id.number)
        }
        let order = TrainingOrder(
            id: "\(prefix)/train\(suffix)", group: plan.group, candidate: candidate, recipe: scenario.data.id,
            budget: try budget(of: trial, candidate), seed: scenario.search.seed, part: try part(of: trial, candidate),
            pauseAfter: pause(of: trial), checkpoint: trial.checkpoint)
        return .train(order, number: trial.id.number)
    }

    mutating func trained(
        _ number: Int, _ result: Result<TrainingResult, Failure>, _ decision: inout SearchDecision
    ) throws {
        guard trials.indices.contains(number), trials[number].state == .training else { return }
        switch result {
        case .failure(let failure):
            try end(number, .failure(failure), &decision)
        case .success(let result):
            guard let accuracy = result.metrics["validation-accuracy"], accuracy.isFinite else {
                let failure = Failure(.internal, "The training reported no validation accuracy that is a number.")
                return try end(number, .failure(failure), &decision)
            }
            trials[number].state = .evaluating
            trials[number].script = result.script
            trials[number].weights = result.weights
            trials[number].checkpoint = result.checkpoint
            trials[number].metrics.merge(result.metrics.filter(\.value.isFinite)) { $1 }
            trials[number].metrics["epochs"] = Double(try epochs(of: trials[number]))
            decision.trials.append(trials[number])
            decision.note(
                "trial.trained", trials[number].id.description,
                ["scenario": plan.id.text, "validation-accuracy": "\(accuracy)"])
            decision.steps.append(try step(for: trials[number]))
        }
    }

    mutating func evaluated(
        _ number: Int, _ result: Result<EvaluationResult, Failure>, _ decision: inout SearchDecision
    ) throws {
        guard trials.indices.contains(number), trials[number].state == .evaluating else { return }
        if case .success(let score) = result,
            !(0...1).contains(score.accuracy) || !score.latencyMilliseconds.isFinite
        {
            let failure = Failure(
                .internal,
                "The evaluation gave the accuracy \(score.accuracy), which must be from 0 to 1, and the latency"
                    + " \(score.latencyMilliseconds) ms, which must be a number.")
            return try end(number, .failure(failure), &decision)
        }
        try end(number, result, &decision)
    }

    /// Ends a trial with its outcome; a failed one counts as worse than any other, and the search goes on.
    private mutating func end(
        _ number: Int, _ result: Result<EvaluationResult, Failure>, _ decision: inout SearchDecision
    ) throws {
        switch result {
        case .failure(let failure):
            trials[number].state = .failed
            trials[number].failure = failure
            noteFailure(failure, of: trials[number], in: &decision)
        case .success(let result):
            try succeed(number, result, &decision)
        }
        decision.trials.append(trials[number])
        try forget(trials[number])
        if !trials[number].isFinalTraining, let outcome = outcome(of: trials[number]) {
            try searcher?.tell(number, outcome)
        }
        try tellHalving(of: number)
        try goOn(&decision)
    }

    private mutating func succeed(
        _ number: Int, _ result: EvaluationResult, _ decision: inout SearchDecision
    ) throws {
        let candidate = try candidate(try Genome(trials[number].genome))
        trials[number].state = .succeeded
        trials[number].objective = trials[number].metrics["validation-accuracy"]
        trials[number].metrics["test-accuracy"] = result.accuracy
        // The first measurement decides: a second one, after more training, must not change what the search knows.
        let latency = Scenario.Cost.latency.metric
        trials[number].metrics[latency] = trials[number].metrics[latency] ?? result.latencyMilliseconds
        trials[number].code = try candidate.code(accuracy: result.accuracy).description
        if pause(number, &decision) { return }
        let trial = trials[number]
        decision.note(
            "trial.finished", trial.id.description,
            [
                "scenario": plan.id.text, "network": trial.networkName, "objective": "\(trial.objective ?? 0)",
                "test-accuracy": "\(result.accuracy)", "parameters": "\(candidate.parameters)",
            ])
        // A final training has another budget, so it cannot be compared with trials; but its network is worth keeping.
        if trial.isFinalTraining {
            if let model = try model(of: trial) { decision.deliveries.append(.model(model)) }
            return
        }
        if isNewBackbone(candidate), let model = try model(of: trial) { decision.deliveries.append(.model(model)) }
        decision.deliveries.append(.observation(observation(of: trial)))
    }

    mutating func model(of trial: Trial) throws -> TrainedModel? {
        guard let script = trial.script, let weights = trial.weights, let accuracy = trial.metrics["test-accuracy"]
        else {
            return nil
        }
        return TrainedModel(
            id: trial.id.description, scenario: plan.id.text,
            network: try candidate(try Genome(trial.genome)).network.canonicalJSON,
            code: try ArtificialCode(trial.code), accuracy: accuracy, script: script, weights: weights,
            metrics: trial.metrics, recipe: scenario.data.id, series: series(of: trial))
    }
}
