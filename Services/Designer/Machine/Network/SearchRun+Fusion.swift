package import DesignerClient
package import Model
import Networks
package import Search
package import TrainerClient

// A fusion search has four steps: train the single-modality networks, or take them from the registry, as the first
// trials; compute their features once; search fusion layers above the features; assemble the best fusions with their
// networks, and fine-tune them as a whole if the scenario asks for it. A single network can also win.
extension SearchRun {
    /// Whether a trial under way has everything that it needs.
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
            // Trials that were under way before an interruption continue now.
            for trial in trials.dropFirst(fusion.count) where !trial.state.isFinal && !trial.purpose.isFinal {
                decision.steps.append(try step(for: trial))
            }
            try advance(&decision)
        }
    }

    // MARK: What trials are

    /// Whether a candidate is a single-modality network that was trained here.
    package func isNewBackbone(_ candidate: Candidate) -> Bool {
        if case .backbone(let network)? = candidate.fusion { return network.weights == nil }
        return false
    }

    /// The purpose of a candidate's new trial.
    package static func purpose(of candidate: Candidate) -> TrialPurpose {
        switch candidate.fusion {
        case .backbone(let network): .backbone(modality: network.backbone.modality)
        case .head(let head): head.isTrainable ? .candidate : .baseline
        case nil: .candidate
        }
    }

    /// Whether a trial's files hold the whole network.
    package func isWhole(_ trial: Trial) -> Bool { trial.isWhole(isFused: fusion != nil) }

    /// The series of a trial's model.
    package func series(of trial: Trial) -> String {
        trial.purpose.modality.map { "\(scenario.name)/\($0)" } ?? scenario.name
    }

    // MARK: The end

    /// Assembles the best fusions with their networks, and fine-tunes them if the scenario asks for it. The product of
    /// the networks' answers is assembled in any case, because its test score shows what the search adds.
    package mutating func trainFusionFinalists(_ decision: inout SearchDecision) throws {
        let finalists = finalists(among: ranking.filter { !isWhole($0) })
        // If no fusion could be trained, the better single network is the result.
        guard !finalists.isEmpty else { return try finish(&decision) }
        let baselines = ranking.filter { $0.purpose == .baseline && !finalists.map(\.id).contains($0.id) }
        for trial in finalists + baselines {
            noteFinalist(trial, in: &decision)
            let source = trial.id.number
            let finals: [(String, TrialPurpose)] = [
                ("final \(source)", .final(of: source)), ("final \(source), fine-tuned", .fineTuned(of: source)),
            ]
            let isFineTuned = scenario.final.epochs > 0 && !baselines.contains { $0.id == trial.id }
            for (origin, purpose) in finals.prefix(isFineTuned ? 2 : 1) {
                try add(
                    try self.trial(trials.count, Genome(trial.genome), origin: origin, for: purpose), &decision)
            }
        }
    }
}
