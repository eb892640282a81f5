import DesignerClient
import Foundation
import Messaging
import Model
import Networks
import RegistryClient

/// Publishes the experiment's scenarios and waits for them. Their identities follow from their text, so what was published
/// before is found again.
struct AVMnistRunner {
    /// What came of two networks.
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
        /// The result, for people.
        let network: String
        /// Models of the halves.
        let imageModel: String
        let audioModel: String
    }

    let designer: DesignerClient
    let registry: RegistryClient
    let isSynthetic: Bool

    /// How long a service may be away, and a model may be on its way into the registry.
    private static let patience = Duration.seconds(120)

    func outcomes(of experiment: AVMnistExperiment) async throws -> [AVMnistExperiment.Case: Outcome] {
        let total = experiment.same.count + experiment.pairs.count
        say("\(total) scenarios; first the networks of single modalities, \(experiment.same.count).")
        var published: [(AVMnistExperiment.Case, ScenarioID)] = []
        for pair in experiment.same {
            published.append(
                (
                    pair,
                    try await publish(
                        experiment.text(
                            of: pair, image: pair.image.rawValue, audio: pair.audio.rawValue))
                ))
        }
        var outcomes = try await outcomes(of: published, after: 0, of: total)
        say("Now the pairs, \(experiment.pairs.count).")
        published = []
        for pair in experiment.pairs {
            func model(_ same: AVMnistExperiment.Case, _ path: KeyPath<Outcome, String>) async throws -> String {
                guard let model = outcomes[same]?[keyPath: path] else {
                    throw Failure(.internal, "There is no network for \(same).")
                }
                _ = try await retrying(for: Self.patience) { try await registered(model) }
                return model
            }
            let image = AVMnistExperiment.Case(
                split: pair.split, seed: pair.seed, image: pair.image, audio: pair.image)
            let audio = AVMnistExperiment.Case(
                split: pair.split, seed: pair.seed, image: pair.audio, audio: pair.audio)
            let text = experiment.text(
                of: pair, image: try await model(image, \.imageModel), audio: try await model(audio, \.audioModel))
            published.append((pair, try await publish(text)))
        }
        outcomes.merge(try await self.outcomes(of: published, after: outcomes.count, of: total)) { $1 }
        return outcomes
    }

    /// A model that was made just now may still be on its way.
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
        // What was withdrawn or failed is taken up where it stood.
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
                        + "Repeat the command to go on.")
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
            guard let trial = alone.first(where: { $0.networkName.hasPrefix("\(modality): ") }) else {
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
