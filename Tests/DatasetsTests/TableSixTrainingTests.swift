import Foundation
import Model
import Networks
import TestSupport
import Testing
import Torch

@testable import Datasets

/// The networks of table 6 on real audio-visual MNIST, trained briefly. Their results in the source paper are in its
/// table 7, where SparseNet hardly trains at all: 26 % on images, 48 % on audio.
@Suite(.enabled(if: RealData.isHere, Comment(rawValue: RealData.reason)), .serialized, .timeLimit(.minutes(15)))
struct `Table 6 on real data` {
    /// The dataset, prepared for the first network that needs it.
    private static let prepared = Result {
        let folder = try TemporaryDirectory()
        let recipe = try DatasetRecipe(
            modalities: [
                "image": .init(dataset: "mnist", energyRemoved: 0.75),
                "audio": .init(dataset: "fsdd", noise: "esc10"),
            ], counts: .init(training: 3000, validation: 100, test: 1000))
        try DatasetPreparer(locator: RealData.locator).prepare(recipe, to: folder.path("data.safetensors"))
        return (folder, try PreparedDataset(opening: folder.path("data.safetensors")))
    }

    @Test(arguments: TableSix.allCases, ["image", "audio"])
    func `every network learns from either modality`(structure: TableSix, modality: String) throws {
        let dataset = try Self.prepared.get().1
        let shape = try #require(dataset.inputs[modality]?.shape)
        let network = try NetworkDescription.fused(
            branches: [(modality, try structure.network(input: modality, shape: shape, classes: 10))], classes: 10)
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .adamw, learningRate: 0.003, weightDecay: 0.01)], epochs: 3, batch: 32, seed: 1)
        let session = try TrainingSession(network, plan: plan, samples: dataset.source(.training))
        while !session.isFinished { try session.finishEpoch() }
        let accuracy = try session.network.evaluate(on: dataset.source(.test)).accuracy
        print("\(structure.rawValue) on \(modality): test accuracy \(accuracy)")
        #expect(accuracy > (modality == "audio" ? 0.7 : 0.4))
    }
}
