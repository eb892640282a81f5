package import DesignerClient
import EvaluatorClient
package import Model
package import Networks
package import Search
import TrainerClient

// Orders of trials to other services: their trainings and evaluations, and the budget of each.
extension SearchRun {
    /// Learning rate of pretrained weights as a share of that of fresh ones, so that training changes them only
    /// slightly.
    private static let fineTuningShare = 0.1
    /// Number of single-sample runs whose median is the latency, for a trial and for a final training.
    private static let latencyRuns = (trial: 10, final: 50)

    /// What a trial under way needs next.
    package mutating func step(for trial: Trial) throws -> SearchDecision.Step {
        let candidate = try candidate(of: trial)
        // After a pause, a trial's order is a new one.
        let suffix = trial.rungs.isEmpty ? "" : "-\(trial.rungs.count + 1)"
        if trial.state == .evaluating, let weights = trial.network?.weights {
            let task = try evaluation(of: trial, candidate, weights)
            // Not `evaluate`: such tasks of earlier versions, which may still be queued, name no weights.
            let name = "score\(trial.isWinner ? "-test" : suffix)"
            return .evaluate(order(name, for: trial, candidate, task), number: trial.id.number)
        }
        let task = try training(of: trial, candidate)
        return .train(order("train\(suffix)", for: trial, candidate, task), number: trial.id.number)
    }

    private func order<Task>(_ name: String, for trial: Trial, _ candidate: Candidate, _ task: Task) -> Order<Task> {
        Order(
            id: "\(plan.group)/\(trial.id.number)/\(name)", group: plan.group, genome: candidate.genome, task: task)
    }

    private func evaluation(
        of trial: Trial, _ candidate: Candidate, _ weights: BlobDigest
    ) throws -> EvaluationTask {
        let isFinal = trial.purpose.isFinal
        let head = isFinal ? nil : candidate.head
        return EvaluationTask(
            weights: weights, network: head?.network(named: candidate.network.name) ?? candidate.network,
            dataset: scenario.data.id,
            split: isFinal || trial.isWinner || scenario.search.scoresTest ? .test : nil,
            latencyRuns: isFinal ? Self.latencyRuns.final : Self.latencyRuns.trial,
            features: head == nil ? [] : fusion?.sets ?? [],
            keepsAnswers: isFinal || trial.isWinner,
            threshold: trial.metrics[Target.thresholdName])
    }

    private func training(of trial: Trial, _ candidate: Candidate) throws -> TrainingTask {
        let budget = candidate.training(try budget(of: trial, candidate))
        let options = budget.options
        var task = TrainingTask(
            network: candidate.network, dataset: scenario.data.id,
            optimizers: candidate.optimizers.map { optimizer in
                var optimizer = optimizer
                optimizer.learningRate = options.learningRate ?? optimizer.learningRate
                optimizer.weightDecay = options.weightDecay ?? optimizer.weightDecay
                return optimizer
            },
            epochs: budget.epochs, batch: budget.batch, samples: budget.samples, validationSamples: budget.validation,
            seed: scenario.search.seed, pauseAfter: pause(of: trial), checkpoint: trial.checkpoint,
            learning: budget.learning, distribution: budget.distribution, options: options,
            metric: scenario.objective, kinds: scenario.data.kinds, fold: try fold(of: trial))
        if !trial.purpose.isFinal, let head = candidate.head, let fusion {
            task.network = head.network(named: candidate.network.name)
            task.features = fusion.sets
            task.constraint = head.constraint
            return task
        }
        task.initialWeights = try weights(of: trial, candidate)
        if !task.initialWeights.isEmpty {
            for index in task.optimizers.indices { task.optimizers[index].learningRate *= Self.fineTuningShare }
        }
        return task
    }

    /// The weights that the training of a whole network starts from; none for fresh ones.
    private func weights(of trial: Trial, _ candidate: Candidate) throws -> [TrainingTask.InitialWeights] {
        if trial.purpose == .ensemble { return weightsOfMembers(of: trial) }
        guard let fusion else { return [] }
        if trial.purpose.isFinal {
            let parts = Array(trials.prefix(fusion.count)) + [try source(of: trial)]
            return parts.compactMap { $0.network.map { .init($0.weights) } }
        }
        guard case .backbone(let network)? = candidate.fusion, let weights = network.weights else { return [] }
        // In the registry's file, the names may lack the modality.
        return [.init(weights, prefix: "\(network.backbone.modality).")]
    }

    /// The trial whose network a final training trains.
    /// - Throws: `Failure` with code `corrupt` if there is no earlier trial with its number.
    private func source(of trial: Trial) throws -> Trial {
        guard let source = trial.purpose.source, source < trial.id.number, trials.indices.contains(source) else {
            throw Failure(.corrupt, "Trial '\(trial.id)' is a final training, but no earlier trial has its number.")
        }
        return trials[source]
    }

    // MARK: Budget

    /// The length of a trial's training and the number of its samples.
    package func budget(of trial: Trial, _ candidate: Candidate) throws -> Scenario.Training {
        guard let fusion = scenario.fusion else {
            guard trial.purpose.isFinal else { return scenario.training }
            var budget = scenario.final
            if let planned = trial.metrics[Self.epochs] { budget.epochs = Int(planned) }
            if trial.purpose == .ensemble { budget.epochs = 0 }
            return budget
        }
        var budget = scenario.training
        if trial.purpose.isFinal {
            budget = scenario.final
            if case .final = trial.purpose { budget.epochs = 0 }
        } else if case .backbone(let network)? = candidate.fusion {
            budget = fusion.pretraining
            if network.weights != nil { budget.epochs = 0 }
        } else if let head = candidate.head, !head.isTrainable {
            budget.epochs = 0
        }
        // Only measurements on the same samples can be compared.
        budget.validation = scenario.training.validation
        return budget
    }
}

extension Candidate {
    /// The fusion layers that are trained above the features of other networks; nil if the network is trained as a
    /// whole.
    package var head: FusionHead? {
        if case .head(let head)? = fusion { head } else { nil }
    }
}
