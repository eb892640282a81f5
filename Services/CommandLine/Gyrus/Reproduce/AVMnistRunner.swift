import DesignerClient
import Foundation
import Messaging
import Model
import Networks
import RegistryClient

/// Publishes the experiment's scenarios and waits for them. Their IDs are derived from their text, so scenarios that
/// were published before are found again.
struct AVMnistRunner {
    /// The outcome of fusing two networks.
    struct Outcome {
        /// Accuracy of each half and of the result, from 0 to 1.
        struct Accuracy {
            let image: Double
            let audio: Double
            let fused: Double

            var better: Double { max(image, audio) }
        }

        let validation: Accuracy
        let test: Accuracy
        /// Name of the resulting network.
        let network: String
        /// The models of the two halves.
        let imageModel: String
        let audioModel: String
    }

    let designer: DesignerClient
    let registry: RegistryClient
    let isSynthetic: Bool

    /// Maximum time to wait for a service to return, and for a model to reach the registry.
    private static let patience = Duration.seconds(120)

    func outcomes(of experiment: AVMnistExperiment) async throws -> [AVMnistExperiment.Case: Outcome] {
        let stages = experiment.stages
        let total = stages.reduce(0) { $0 + $1.count }
        say("\(total) scenarios; for each split, the unimodal networks first, then the pairs.")
        var outcomes: [AVMnistExperiment.Case: Outcome] = [:]
        for stage in stages {
            var published: [(AVMnistExperiment.Case, ScenarioID)] = []
            for pair in stage {
                let text = experiment.text(
                    of: pair,
                    image: try await network(pair.image, \.imageModel, of: pair.imageOrigin, for: pair, outcomes),
                    audio: try await network(pair.audio, \.audioModel, of: pair.audioOrigin, for: pair, outcomes))
                published.append((pair, try await publish(text)))
            }
            outcomes.merge(try await self.outcomes(of: published, after: outcomes.count, of: total)) { $1 }
        }
        return outcomes
    }

    /// The model that an earlier case trained, or the structure if this case trains it.
    private func network(
        _ structure: TableSix, _ path: KeyPath<Outcome, String>, of trained: AVMnistExperiment.Case,
        for pair: AVMnistExperiment.Case, _ outcomes: [AVMnistExperiment.Case: Outcome]
    ) async throws -> String {
        guard trained != pair else { return structure.rawValue }
        guard let model = outcomes[trained]?[keyPath: path] else {
            throw Failure(.internal, "There is no network for \(trained).")
        }
        _ = try await retrying(for: Self.patience) { try await registered(model) }
        return model
    }

    /// Waits for the model, because a new one may not be registered yet.
    private func registered(_ model: String) async throws -> PretrainedModel {
        do {
            return try await registry.model(model)
        } catch var failure as Failure where failure.code == .notFound {
            failure.isRetriable = true
            throw failure
        }
    }

    private func publish(_ text: String) async throws -> ScenarioID {
        let text = isSynthetic ? try Publish.substituting(text) : text
        let digest = BlobDigest(hashing: Array(text.utf8)).hexadecimal
        let id = try ScenarioID("av-mnist-\(digest.prefix(16))")
        let status = try await designer.publish(text, file: "av-mnist.yaml", as: id)
        // Canceled or failed scenarios continue where they stopped.
        if status.state == .cancelled || status.state == .failed { _ = try await designer.resume(id.text) }
        return id
    }

    private func outcomes(
        of published: [(AVMnistExperiment.Case, ScenarioID)], after done: Int, of total: Int
    ) async throws -> [AVMnistExperiment.Case: Outcome] {
        var outcomes: [AVMnistExperiment.Case: Outcome] = [:]
        for (pair, id) in published {
            let status = try await designer.waitForEnd(of: id.text)
            guard status.state == .succeeded, let best = status.best else {
                throw Failure(
                    .unavailable,
                    "Scenario \(id) ended as \(status.state): \(status.failure?.message ?? "no reason was given") "
                        + "Repeat the command to continue.")
            }
            let outcome = try outcome(best, alone: try await designer.trials(of: id.text, limit: 2))
            outcomes[pair] = outcome
            say(
                "\(done + outcomes.count)/\(total) \(status.name): \(AVMnistReport.percent(outcome.test.fused)) "
                    + "(image \(AVMnistReport.percent(outcome.test.image)), "
                    + "audio \(AVMnistReport.percent(outcome.test.audio)))")
        }
        return outcomes
    }

    private func outcome(_ best: Trial, alone: [Trial]) throws -> Outcome {
        func half(_ modality: String) throws -> Trial {
            guard let trial = alone.first(where: { $0.purpose.modality == modality }) else {
                throw Failure(.internal, "Scenario \(best.id.scenario) has no network for '\(modality)'.")
            }
            return trial
        }
        let (image, audio) = (try half("image"), try half("audio"))
        func accuracy(_ split: String) -> Outcome.Accuracy {
            let key = "\(split)-accuracy"
            return .init(
                image: image.metrics[key] ?? 0, audio: audio.metrics[key] ?? 0, fused: best.metrics[key] ?? 0)
        }
        return Outcome(
            validation: accuracy("validation"), test: accuracy("test"), network: best.networkName,
            imageModel: image.id.description, audioModel: audio.id.description)
    }
}
