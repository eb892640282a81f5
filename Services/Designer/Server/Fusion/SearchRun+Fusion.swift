import DesignerClient
import Model
import Networks
import Search
import TrainerClient

// A search for a fusion goes in four steps: the networks of single modalities are trained, or taken from the registry, as
// its first trials; their features are computed, once; fusion layers above the features are searched; and the best of them
// is put onto its networks, and trained on as a whole where the scenario wishes. A network that stays alone can win.
extension SearchRun {
    /// Whether a trial under way has all that it needs.
    func isReady(_ trial: Trial) -> Bool {
        guard let fusion, !trial.isFinalTraining else { return true }
        return trial.id.number < fusion.count || fusion.isReady
    }

    /// Whether the next trial may be proposed.
    var mayPropose: Bool { fusion.map { trials.count < $0.count || $0.isReady } ?? true }

    /// Orders the features once all networks are trained.
    /// - Returns: Whether there is nothing else to do now.
    mutating func prepareFusion(_ decision: inout SearchDecision) throws -> Bool {
        guard var fusion, trials.count >= fusion.count, !fusion.isReady else { return false }
        let alone = trials.prefix(fusion.count)
        if let failed = alone.first(where: { $0.state == .failed }) {
            let failure = failed.failure ?? Failure(.internal, "It has no result.")
            conclude(.failed(prefixed(failure, "A network to be fused could not be trained")), &decision)
            return true
        }
        guard alone.allSatisfy({ $0.state == .succeeded }) else { return true }
        for (trial, network) in zip(alone, fusion.space.networks) {
            let modality = network.backbone.modality
            guard let weights = trial.weights, fusion.ordered.insert(modality).inserted else { continue }
            let order = FeatureOrder(
                id: "\(plan.group)/features-\(modality)", group: plan.group, backbone: network.backbone,
                weights: weights, recipe: scenario.data.id)
            decision.steps.append(.extract(order, modality: modality))
        }
        self.fusion = fusion
        return true
    }

    mutating func extracted(
        _ modality: String, _ result: Result<FeatureResult, Failure>, _ decision: inout SearchDecision
    ) throws {
        switch result {
        case .failure(let failure):
            conclude(.failed(prefixed(failure, "The features of '\(modality)' could not be computed")), &decision)
        case .success(let result):
            fusion?.features[modality] = result.features
            var attributes = ["modality": modality, "features": result.features]
            for (name, value) in result.metrics { attributes[name] = "\(value)" }
            decision.note("scenario.features", plan.id.text, attributes)
            guard let fusion, fusion.isReady else { return }
            // What was under way before an interruption goes on now.
            for trial in trials.dropFirst(fusion.count) where !trial.state.isFinal && !trial.isFinalTraining {
                decision.steps.append(try step(for: trial))
            }
            try goOn(&decision)
        }
    }

    // MARK: What of a candidate is trained

    func head(of candidate: Candidate) -> EvaluationOrder.Head? {
        guard let fusion, case .head(let head)? = candidate.fusion else { return nil }
        return .init(layers: head, features: fusion.sets)
    }

    func part(of trial: Trial, _ candidate: Candidate) throws -> TrainingOrder.Part {
        guard let fusion else { return .whole([]) }
        if trial.isFinalTraining {
            let source = try trials[trial.trainedNumber]
            let parts = trials.prefix(fusion.count) + [source]
            return .whole(parts.compactMap { $0.weights.map { .init($0) } })
        }
        switch candidate.fusion {
        case .head(let head): return .head(head, features: fusion.sets)
        case .backbone(let network):
            // In the registry's file the names may lack the modality.
            return .whole(network.weights.map { [.init($0, prefix: "\(network.backbone.modality).")] } ?? [])
        case nil: return .whole([])
        }
    }

    func budget(of trial: Trial, _ candidate: Candidate) throws -> Scenario.Training {
        guard let fusion = scenario.fusion else {
            return trial.isFinalTraining ? affordable(scenario.final, trial) : scenario.training
        }
        var budget = scenario.training
        if trial.isFinalTraining {
            budget = scenario.final
            if !trial.isFineTuning { budget.epochs = 0 }
        } else if case .backbone(let network)? = candidate.fusion {
            budget = fusion.pretraining
            if network.weights != nil { budget.epochs = 0 }
        } else if case .head(let head)? = candidate.fusion, !head.isLearnt {
            budget.epochs = 0
        }
        // Only what was measured on the same samples can be compared.
        budget.validation = scenario.training.validation
        return budget
    }

    /// A final training with as many epochs as what is left of the search's budget allows, by the time that the network's
    /// trial took.
    private func affordable(_ training: Scenario.Training, _ trial: Trial) -> Scenario.Training {
        guard let budget = scenario.search.budget,
            let earlier = trials.first(where: { !$0.isFinalTraining && $0.genome == trial.genome }),
            let seconds = earlier.metrics["seconds"], let epochs = earlier.metrics["epochs"], seconds > 0, epochs > 0
        else { return training }
        let all = Double(scenario.data.counts.training)
        let share = (training.samples.map(Double.init) ?? all) / (scenario.training.samples.map(Double.init) ?? all)
        let left = budget * (1 - Scenario.Search.trialShare)
        var training = training
        training.epochs = max(1, min(training.epochs, Int(left / (seconds / epochs * share))))
        return training
    }

    /// Whether a candidate is a network of one modality that was trained here.
    func isNewBackbone(_ candidate: Candidate) -> Bool {
        if case .backbone(let network)? = candidate.fusion { return network.weights == nil }
        return false
    }

    /// Whether a trial's files hold the whole network.
    func isWhole(_ trial: Trial) -> Bool { trial.isWhole(in: scenario) }

    /// What a trial's model is a version of.
    func series(of trial: Trial) -> String {
        guard let fusion, trial.id.number < fusion.count else { return scenario.name }
        return "\(scenario.name)/\(fusion.space.networks[trial.id.number].backbone.modality)"
    }

    // MARK: The end

    /// Has the best fusions put onto their networks, and trained on where the scenario wishes.
    mutating func crownFusion(_ decision: inout SearchDecision) throws {
        let finalists = finalists(among: ranking.filter { !isWhole($0) })
        // Without any fusion that could be trained, the better network alone is the result.
        guard !finalists.isEmpty else { return try finish(&decision) }
        for trial in finalists {
            noteFinalist(trial, in: &decision)
            let origins = [Trial.finalOrigin(trial.id.number), Trial.fineTunedOrigin(trial.id.number)]
            for origin in origins.prefix(scenario.final.epochs > 0 ? 2 : 1) {
                try add(try self.trial(trials.count, Genome(trial.genome), origin), &decision)
            }
        }
    }
}

extension Trial {
    /// What the origin of a final training says where it is more than putting a network together.
    private static let fineTuning = ", fine-tuned"

    /// The origin of the final training of a fusion as a whole.
    static func fineTunedOrigin(_ number: Int) -> String { finalOrigin(number) + fineTuning }

    /// Whether a final training trains a fusion on as a whole.
    var isFineTuning: Bool { origin.hasSuffix(Self.fineTuning) }

    /// The trial that a final training goes on from.
    /// - Throws: `Failure` with code `corrupt` where its origin names none.
    var trainedNumber: Int {
        get throws {
            let number = origin.dropFirst(Self.finalOrigin(0).count - 1).prefix { $0.isNumber }
            guard isFinalTraining, let number = Int(number), number < id.number else {
                throw Failure(.corrupt, "Trial '\(id)' has the origin '\(origin)', which names no earlier trial.")
            }
            return number
        }
    }
}
