package import DesignerClient
package import EvaluatorClient
package import Model
import Networks
import Search
package import TrainerClient

extension SearchRun {
    package mutating func trained(
        _ number: Int, _ result: Result<TrainingResult, Failure>, _ decision: inout SearchDecision
    ) throws {
        guard trials.indices.contains(number), trials[number].state == .training else { return }
        switch result {
        case .failure(let failure):
            try end(number, .failure(failure), &decision)
        case .success(let result):
            let name = scenario.objective.name(on: "validation")
            let metrics = result.metrics.merging(foldMetrics(of: trials[number])) { $1 }
            guard let value = metrics[name], value.isFinite else {
                let failure = Failure(
                    .internal,
                    "The training reported no number for '\(name)'; is it defined for the validation samples?")
                return try end(number, .failure(failure), &decision)
            }
            trials[number].state = .evaluating
            trials[number].objective = nil
            trials[number].artifact = .network(script: result.script, weights: result.weights)
            trials[number].checkpoint = result.checkpoint
            trials[number].metrics.merge(metrics.filter(\.value.isFinite)) { $1 }
            trials[number].metrics[Self.epochs] = Double(try epochs(of: trials[number]))
            decision.trials.append(trials[number])
            decision.note(
                "trial.trained", trials[number].id.description,
                ["scenario": plan.id.text, name: "\(value)"])
            decision.steps.append(try step(for: trials[number]))
        }
    }

    package mutating func evaluated(
        _ number: Int, _ result: Result<EvaluationResult, Failure>, _ decision: inout SearchDecision
    ) throws {
        guard trials.indices.contains(number), trials[number].state == .evaluating else { return }
        if case .success(let score) = result {
            var numbers = score.metrics
            numbers[Scenario.Cost.latency.metric] = score.latencyMilliseconds
            if let (name, value) = numbers.first(where: { !Self.isPossible($1, of: $0) }) {
                let failure = Failure(.internal, "The evaluation reported the impossible value \(value) for '\(name)'.")
                return try end(number, .failure(failure), &decision)
            }
        }
        try end(number, result, &decision)
    }

    private static func isPossible(_ value: Double, of name: String) -> Bool {
        guard let metric = Metric(named: name), metric.isShare else { return value.isFinite }
        return (0...1).contains(value)
    }

    /// Ends a trial with its outcome; a failed one counts as worse than any other, and the search continues.
    private mutating func end(
        _ number: Int, _ result: Result<EvaluationResult, Failure>, _ decision: inout SearchDecision
    ) throws {
        let isWinner = trials[number].isWinner
        switch result {
        case .failure(let failure):
            trials[number].state = .failed
            trials[number].failure = failure
            noteFailure(failure, of: trials[number], in: &decision)
        case .success(let result):
            take(result, number)
            if isWinner {
                trials[number].state = .succeeded
                try tellAccuracy(of: number)
            } else {
                try succeed(number, result, &decision)
            }
        }
        decision.trials.append(trials[number])
        try forget(trials[number])
        // The search already knows the value of a winning trial.
        if isWinner { return try advance(&decision) }
        if !trials[number].purpose.isFinal, let outcome = outcome(of: trials[number]) {
            try searcher?.tell(number, outcome)
        }
        try tellHalving(of: number)
        try advance(&decision)
    }

    /// Stores the metrics of the test split, if there are any.
    private mutating func take(_ result: EvaluationResult, _ number: Int) {
        for (name, value) in result.metrics { trials[number].metrics["test-\(name)"] = value }
        if let file = result.answers { answers[number] = file }
    }

    private mutating func tellAccuracy(of number: Int) throws {
        let candidate = try candidate(of: trials[number])
        trials[number].code = try candidate.code(accuracy: trials[number].accuracy).description
    }

    private mutating func succeed(
        _ number: Int, _ result: EvaluationResult, _ decision: inout SearchDecision
    ) throws {
        let candidate = try candidate(of: trials[number])
        trials[number].state = .succeeded
        trials[number].objective = trials[number].metrics[scenario.objective.name(on: "validation")]
            .map(scenario.objective.utility)
        // The first measurement decides: a second one, after more training, must not change what the search knows.
        let latency = Scenario.Cost.latency.metric
        trials[number].metrics[latency] =
            trials[number].metrics[latency] ?? result.latencyMilliseconds + candidate.frozenMilliseconds
        try tellAccuracy(of: number)
        if pause(number, &decision) { return }
        let trial = trials[number]
        var attributes = [
            "scenario": plan.id.text, "network": trial.networkName, "parameters": "\(candidate.parameters)",
        ]
        attributes["objective"] = trial.objective.map { "\($0)" }
        for split in ["validation", "test"] {
            let name = scenario.objective.name(on: split)
            attributes[name] = trial.metrics[name].map { "\($0)" }
        }
        decision.note("trial.finished", trial.id.description, attributes)
        // A final training has another budget, so it cannot be compared with trials; but its network is worth keeping.
        if trial.purpose.isFinal {
            if trial.purpose.fold == nil, let model = try model(of: trial) { decision.deliveries.append(.model(model)) }
            return
        }
        if isNewBackbone(candidate), let model = try model(of: trial) { decision.deliveries.append(.model(model)) }
        decision.deliveries.append(.observation(observation(of: trial, structures: candidate.structures)))
    }

    package mutating func model(of trial: Trial) throws -> TrainedModel? {
        guard let (script, weights) = trial.network else { return nil }
        return TrainedModel(
            id: trial.id.description, scenario: plan.id.text,
            network: try candidate(of: trial).network.canonicalJSON,
            code: try ArtificialCode(trial.code), accuracy: trial.accuracy, script: script, weights: weights,
            metrics: trial.metrics, recipe: scenario.data.id, series: series(of: trial),
            answers: answers[trial.id.number])
    }
}

extension Trial {
    /// Whether it won without a final training and is now scored on the test split; its validation is already done.
    package var isWinner: Bool { state == .evaluating && objective != nil && !purpose.isFinal }

    /// The accuracy for codes and catalogs: that of the test split or, without one, of the validation split; nil for
    /// networks without classes.
    package var accuracy: Double? {
        let value = metrics[Metric.accuracy.name(on: "test")] ?? metrics[Metric.accuracy.name(on: "validation")]
        return value.flatMap { (0...1).contains($0) ? $0 : nil }
    }
}
