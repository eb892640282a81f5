public import Foundation
public import Model
public import Networks
import Safetensors

/// A training in which not all samples have labels.
///
/// ```swift
/// let training = try LearningTraining(
///     network, plan: plan, learning: Learning(.contrastive, labels: 100), samples: samples, kinds: ["image": .image])
/// try training.finish()
/// try training.network.save(to: file)
/// ```
/// An epoch has as many mini-batches as a pass over all samples takes, with or without labels, so that equal plans take
/// the same number of steps however a network learns. Interruptions change nothing, as with `TrainingSession`.
///
/// Not `Sendable`: only one thread may use it at a time.
public final class LearningTraining: ResumableTraining {
    /// Adam's learning rate during training without labels; it follows a cosine to zero.
    static let pretrainingRate = 0.002
    /// Keys under which a checkpoint records the way of learning, and whether it is still without labels.
    private static let (modeKey, stageKey) = ("learning", "stage")

    /// The network being trained.
    public var network: ScriptedNetwork { main.network }
    /// Total number of epochs.
    public var epochs: Int { pretrainingEpochs + main.plan.epochs }
    /// Number of initial epochs without labels.
    public let pretrainingEpochs: Int
    /// Number of samples whose labels are used.
    public let labeled: Int

    /// The session with labels.
    private let main: TrainingSession
    /// The session without labels; nil once it is done, or if there is none.
    private var pretraining: TrainingSession?
    private let classifier: String
    private let mode: Learning.Mode

    /// Makes a network with fresh weights and everything that its training needs.
    /// - Parameters:
    ///   - samples: All training samples; those with labels are the first of each class, whatever the seed.
    ///   - count: Number of further samples to use, chosen by the seed; 0 for all.
    ///   - kinds: What each input holds, which determines how it can be distorted.
    /// - Throws: `Failure` if network, plan and samples do not fit together.
    public convenience init(
        _ description: NetworkDescription, plan: TrainingPlan, learning: Learning, samples: SampleSource,
        count: Int = 0, kinds: [String: ModalityKind]
    ) throws {
        try self.init(
            description, plan: plan, learning: learning, samples: samples,
            labeled: try learning.labels.map(samples.places) ?? samples.chosenPlaces(count, seed: plan.seed),
            count: count,
            kinds: kinds)
    }

    /// - Parameter known: Positions of the samples whose labels are used.
    init(
        _ description: NetworkDescription, plan: TrainingPlan, learning: Learning, samples: SampleSource,
        labeled known: [Int], count: Int = 0, kinds: [String: ModalityKind]
    ) throws {
        let used = samples.chosenPlaces(count, seed: plan.seed)
        let all = try samples.partlyLabeled(known, used: used)
        let given = all.first(known.count).repeated(to: all.count)
        labeled = known.count
        classifier = try description.classifier.name
        mode = learning.mode
        pretrainingEpochs = learning.mode.isPretrained ? learning.pretraining ?? plan.epochs : 0
        main = try TrainingSession(
            description, plan: plan, samples: learning.mode == .semiSupervised ? all : given)
        switch learning.mode {
        case .supervised: break
        case .semiSupervised:
            _ = try samples.labels(for: "Semi-supervised learning, which uses confident answers as labels,")
            try main.teach(.pseudoLabels(labeled: known.count), on: kinds)
        case .autoencoder, .contrastive:
            try main.teach(.labels(only: learning.transfer == .probe ? classifier + "." : nil), on: kinds)
            guard pretrainingEpochs > 0 else { break }
            let isContrast = learning.mode == .contrastive
            let pretext = try isContrast ? description.projected : description.restoring
            let session = try TrainingSession(
                pretext, plan: try plan.pretraining(epochs: pretrainingEpochs),
                samples: try all.unlabeled(outputs: pretext.outputShape.reduce(1, *)))
            try session.teach(isContrast ? .contrast : .reconstruction, on: kinds)
            pretraining = session
        }
    }

    /// Number of complete epochs.
    public var finishedEpochs: Int {
        pretraining?.finishedEpochs ?? pretrainingEpochs + main.finishedEpochs
    }

    /// Number of parts in which a mini-batch goes through the network, because memory cannot hold it at once.
    public var batchParts: Int { (pretraining ?? main).batchParts }

    /// Trains on at most a given number of mini-batches of the current epoch.
    public func train(batches: Int) throws -> TrainingSession.Epoch? {
        guard let pretraining else {
            return try main.train(batches: batches)?.numbered(finishedEpochs, isPretraining: false)
        }
        let epoch = try pretraining.train(batches: batches)
        if pretraining.isFinished { try beginLabels(after: pretraining) }
        return epoch?.numbered(finishedEpochs, isPretraining: true)
    }

    private func beginLabels(after pretraining: TrainingSession) throws {
        try main.network.takeWeights(of: pretraining.network, except: classifier)
        self.pretraining = nil
    }

    /// Writes everything that is needed to continue from here.
    public func writeCheckpoint(to file: URL, notes: [String: String]) throws {
        var notes = notes
        notes[Self.modeKey] = mode.rawValue
        notes[Self.stageKey] = pretraining == nil ? "labels" : "pretraining"
        try (pretraining ?? main).writeCheckpoint(to: file, notes: notes)
    }

    /// Continues from a checkpoint.
    public func restoreCheckpoint(from file: URL) throws -> [String: String] {
        let written = try SafetensorsFile(opening: file.path).metadata
        guard written[Self.modeKey] == mode.rawValue else {
            throw Failure(.corrupt, "'\(file.path)' is a checkpoint of a different way of learning.")
        }
        guard let pretraining, written[Self.stageKey] == "pretraining" else {
            let notes = try main.restoreCheckpoint(from: file)
            pretraining = nil
            return notes
        }
        return try pretraining.restoreCheckpoint(from: file)
    }
}

extension TrainingPlan {
    /// The plan for training without labels.
    fileprivate func pretraining(epochs: Int) throws -> TrainingPlan {
        try TrainingPlan(
            optimizers: [Optimizer(rule: .adam, learningRate: LearningTraining.pretrainingRate)],
            epochs: epochs, batch: batch, seed: seed)
    }
}

extension TrainingSession.Epoch {
    fileprivate func numbered(_ number: Int, isPretraining: Bool) -> TrainingSession.Epoch {
        TrainingSession.Epoch(number: number, loss: loss, accuracy: accuracy, isPretraining: isPretraining)
    }
}
