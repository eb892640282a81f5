import Foundation
import Model
import Networks
import TestSupport
import Testing
import Torch

@testable import Datasets

/// A hundred labels of real data. `Benchmarks learning` measures the same with more samples and several seeds.
@Suite(.enabled(if: RealData.isHere, Comment(rawValue: RealData.reason)), .serialized, .timeLimit(.minutes(15)))
struct `A hundred labels` {
    /// A test accuracy over 1,000 samples has a standard error below 1.6 points; 5 points are far outside of chance.
    private static let clearly = 0.05

    @Test func `of MNIST give more with additional unlabeled samples`() throws {
        let dataset = try Self.prepared(
            ["image": .init(dataset: "mnist")], counts: .init(training: 2000, validation: 1, test: 1000))
        let supervised = try Self.accuracy(.supervised, of: dataset, epochs: 6)
        let semiSupervised = try Self.accuracy(.semiSupervised, of: dataset, epochs: 6)
        let contrastive = try Self.accuracy(.contrastive, of: dataset, epochs: 6)
        print("100 labels of MNIST: \(supervised), semi-supervised \(semiSupervised), contrastive \(contrastive)")
        #expect(semiSupervised > supervised + Self.clearly)
        #expect(contrastive > supervised + Self.clearly)
    }

    private static func prepared(
        _ modalities: [String: DatasetRecipe.Modality], counts: DatasetRecipe.Counts
    ) throws -> PreparedDataset {
        let folder = try TemporaryDirectory()
        let recipe = try DatasetRecipe(modalities: modalities, mixes: 1, counts: counts)
        try DatasetPreparer(locator: RealData.locator).prepare(recipe, to: folder.path("data.safetensors"))
        return try PreparedDataset(opening: folder.path("data.safetensors"))
    }

    private static func accuracy(
        _ mode: Learning.Mode, of dataset: PreparedDataset, epochs: Int
    ) throws -> Double {
        let network = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10)
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .adam, learningRate: 0.002)], epochs: epochs, batch: 64, seed: 1)
        let training = try LearningTraining(
            network, plan: plan, learning: Learning(mode, labels: 100, transfer: .fineTuning),
            samples: dataset.source(.training), kinds: ["image": .image])
        try training.finish()
        return try training.network.evaluate(on: dataset.source(.test)).accuracy
    }
}
