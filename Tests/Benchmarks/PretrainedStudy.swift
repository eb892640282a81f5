import Datasets
import Foundation
import KnowledgeClient
import Model
import Networks
import Preparation
import Torch

/// The accuracy of each candidate on each set: a linear layer on the features of a frozen model, or a structure trained
/// from fresh weights.
struct PretrainedStudy: Codable {
    /// A pretrained model or a structure with fresh weights, on one set.
    struct Candidate: Codable {
        let name: String
        /// Artificial code of a model; nil for fresh weights.
        let code: String?
        /// Scores of the features, or of the raw samples for fresh weights.
        let scores: [String: Double]
        /// Accuracy on each fold.
        let accuracies: [Double]
        /// Time of the features and of one training.
        let featureSeconds, trainingSeconds: Double

        var accuracy: Double { accuracies.reduce(0, +) / Double(max(1, accuracies.count)) }

        /// How attention knows it.
        var model: ModelCandidate {
            get throws {
                ModelCandidate(
                    key: code == nil ? .fresh(name) : .model(name), code: try code.map { try ArtificialCode($0) },
                    scores: scores)
            }
        }
    }

    /// A set with all its candidates.
    struct Row: Codable {
        let set: String
        let features: ScenarioFeatures
        let samples, classes: Int
        let candidates: [Candidate]

        /// Shortfall of a candidate behind the best one, in points of accuracy, on each fold.
        func regrets(of candidate: Candidate) -> [Double] {
            candidate.accuracies.indices.map { fold in
                100 * ((candidates.map { $0.accuracies[fold] }.max() ?? 0) - candidate.accuracies[fold])
            }
        }
    }

    var rows: [Row] = []

    /// The same work for every candidate on any machine.
    struct Work {
        var samples = 600, folds = 3, probeEpochs = 40, freshEpochs = 15
        static let foldCount = 5
        static let batch = 32
    }

    /// Structures with fresh weights, by kind.
    static let fresh: [ModalityKind: [String]] = [
        .image: ["ResNet", "MobileNet", "LeNet3"], .audio: ["ResNet", "LeNet3"],
        .text: ["fastText", "TextCNN"],
    ]

    /// Measures all candidates on a set.
    static func row(
        _ set: PretrainedSet, _ models: [PretrainedModelOnShelf], _ work: Work, scratch: URL
    ) throws -> Row {
        let prepared = try set.prepared(atMost: work.samples, in: scratch)
        let plain = try prepared.samples(with: [])
        var candidates: [Candidate] = []
        var reference: [String: Double] = [:]
        for model in models where model.contract.kind == set.kind {
            let request = try prepared.request(model)
            let file = scratch.appending(path: "\(set.name) \(model.name).safetensors").path
            let start = ContinuousClock.now
            let outcome = try ViewPreparer(rows: prepared.rows, request: request).prepare(to: file)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            reference = outcome.reference
            let samples = try prepared.samples(with: [PreparedDataset(opening: file)])
            let head = try Self.head(request.name, outcome, set.kind, outputs: samples.target.outputs)
            let (accuracies, training) = try measure(
                head, .init(rule: .adam, learningRate: 3e-3), epochs: work.probeEpochs, work, samples)
            candidates.append(
                Candidate(
                    name: model.name, code: model.code.description, scores: outcome.scores, accuracies: accuracies,
                    featureSeconds: seconds, trainingSeconds: training))
            report(set, candidates)
        }
        for name in fresh[set.kind] ?? [] {
            guard let family = StructureFamily.named(name), let signature = prepared.signature else { continue }
            let network = try family.network(input: prepared.modality, signature, outputs: plain.target.outputs)
            let (accuracies, training) = try measure(
                network, .init(rule: .adamw, learningRate: 2e-3, weightDecay: 1e-2), epochs: work.freshEpochs, work,
                plain)
            candidates.append(
                Candidate(
                    name: name, code: nil, scores: reference, accuracies: accuracies, featureSeconds: 0,
                    trainingSeconds: training))
            report(set, candidates)
        }
        return Row(
            set: set.name, features: features(of: set, plain, prepared.modality), samples: plain.count,
            classes: plain.target.outputs, candidates: candidates)
    }

    private static func report(_ set: PretrainedSet, _ candidates: [Candidate]) {
        guard let last = candidates.last else { return }
        FileHandle.standardError.write(
            Data(
                "\(set.name), \(last.name): \(last.accuracies), \(last.featureSeconds + last.trainingSeconds) s\n".utf8)
        )
    }

    /// The linear layer on the features of a view.
    static func head(
        _ input: String, _ outcome: ViewPreparer.Outcome, _ kind: ModalityKind, outputs: Int
    ) throws -> NetworkDescription {
        let width = outcome.manifest.inputs[input]?.signature.shape.first ?? 0
        let view = PreparedView(
            modality: "", title: "head", category: "", model: "", width: width, parameters: 0, milliseconds: 0)
        return try StructureFamily.frozen(view, as: input).network(
            input: input, InputSignature(kind: kind, shape: [width]), outputs: outputs, width: 0.5)
    }

    /// Accuracy on each fold, and the time of one training.
    private static func measure(
        _ network: NetworkDescription, _ optimizer: Optimizer, epochs: Int, _ work: Work, _ samples: SampleSource
    ) throws -> ([Double], Double) {
        let start = ContinuousClock.now
        let accuracies = try (0..<work.folds).map { fold in
            let (training, test) = try samples.parted(by: Fold(fold, of: Work.foldCount), seed: 1)
            let session = try session(network, optimizer, epochs: epochs, training, seed: UInt64(fold))
            while !session.isFinished { try session.finishEpoch() }
            return try session.network.evaluate(on: test).accuracy
        }
        return (accuracies, (ContinuousClock.now - start) / .seconds(work.folds))
    }

    static func session(
        _ network: NetworkDescription, _ optimizer: Optimizer, epochs: Int, _ samples: SampleSource, seed: UInt64
    ) throws -> TrainingSession {
        try TrainingSession(
            network, plan: TrainingPlan(optimizers: [optimizer], epochs: epochs, batch: Work.batch, seed: seed),
            samples: samples)
    }

    /// What attention knows of a set, as of a modality of a scenario.
    private static func features(
        of set: PretrainedSet, _ samples: SampleSource, _ modality: String
    ) -> ScenarioFeatures {
        var numbers = ["samples": Double(samples.count), "classes": Double(samples.target.outputs)]
        for (name, value) in DataStatistics.of(samples) {
            let general = name.replacing("\(modality).", with: "\(set.kind.rawValue).", maxReplacements: 1)
            numbers["data.\(general)"] = value
        }
        return ScenarioFeatures(task: "classification", datasets: [set.kind.rawValue: set.name], numbers: numbers)
    }
}
