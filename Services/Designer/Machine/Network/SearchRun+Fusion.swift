package import DesignerClient
package import Model
import Networks
package import Search
package import TrainerClient

// A search for a fusion goes in four steps: the networks of single modalities are trained, or taken from the registry, as
// its first trials; their features are computed, once; fusion layers above the features are searched; and the best of them
// is put onto its networks, and trained on as a whole where the scenario wishes. A network that stays alone can win.
extension SearchRun {
    /// Whether a trial under way has all that it needs.
    package func isReady(_ trial: Trial) -> Bool {
        guard let fusion, !trial.purpose.isFinal else { return true }
        return trial.id.number < fusion.count || fusion.isReady
    }

    /// Whether the next trial may be proposed.
    package var mayPropose: Bool { fusion.map { trials.count < $0.count || $0.isReady } ?? true }

    /// Orders the features once all networks are trained.
    /// - Returns: Whether there is nothing else to do now.
    package mutating func prepareFusion(_ decision: inout SearchDecision) throws -> Bool {
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
            guard let weights = trial.network?.weights, fusion.ordered.insert(modality).inserted else { continue }
            let order = Order(
                id: "\(plan.group)/features-\(modality)", group: plan.group,
                task: FeatureTask(
                    modality: modality, network: network.backbone.network, weights: weights,
                    dataset: scenario.data.id))
            decision.steps.append(.extract(order, modality: modality))
        }
        self.fusion = fusion
        return true
    }

    package mutating func extracted(
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
            for trial in trials.dropFirst(fusion.count) where !trial.state.isFinal && !trial.purpose.isFinal {
                decision.steps.append(try step(for: trial))
            }
            try goOn(&decision)
        }
    }

    // MARK: What trials are

    /// Whether a candidate is a network of one modality that was trained here.
    package func isNewBackbone(_ candidate: Candidate) -> Bool {
        if case .backbone(let network)? = candidate.fusion { return network.weights == nil }
        return false
    }

    /// What a new trial of a candidate is run for.
    package static func purpose(of candidate: Candidate) -> TrialPurpose {
        guard case .backbone(let network)? = candidate.fusion else { return .candidate }
        return .backbone(modality: network.backbone.modality)
    }

    /// Whether a trial's files hold the whole network.
    package func isWhole(_ trial: Trial) -> Bool { trial.isWhole(isFused: fusion != nil) }

    /// What a trial's model is a version of.
    package func series(of trial: Trial) -> String {
        trial.purpose.modality.map { "\(scenario.name)/\($0)" } ?? scenario.name
    }

    // MARK: The end

    /// Has the best fusions put onto their networks, and trained on where the scenario wishes.
    package mutating func crownFusion(_ decision: inout SearchDecision) throws {
        let finalists = finalists(among: ranking.filter { !isWhole($0) })
        // Without any fusion that could be trained, the better network alone is the result.
        guard !finalists.isEmpty else { return try finish(&decision) }
        for trial in finalists {
            noteFinalist(trial, in: &decision)
            let source = trial.id.number
            let finals: [(String, TrialPurpose)] = [
                ("final \(source)", .final(of: source)), ("final \(source), fine-tuned", .fineTuned(of: source)),
            ]
            for (origin, purpose) in finals.prefix(scenario.final.epochs > 0 ? 2 : 1) {
                try add(
                    try self.trial(trials.count, Genome(trial.genome), origin: origin, for: purpose), &decision)
            }
        }
    }
}
