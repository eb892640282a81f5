import ArgumentParser
import Datasets
import Foundation
import Model
import Networks
import Torch

/// What each kind of supervision achieves with few labels, on real data.
struct LearningBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learning",
        abstract:
            "Measure test accuracy with few labels on MNIST and FSDD: supervised, semi-supervised and pretrained.",
        discussion: """
            All take the same number of steps with labels on the same network; pretraining is additional. The seed \
            determines the labels, all weights and the order of samples. The output is the mean over the seeds, its \
            standard error, and the seconds per training.
            """)

    @Option(help: "Folder of the raw data.")
    var data: String?

    @Option(help: "Number of trainings of each kind.")
    var seeds = 3

    @Option(help: "Number of samples whose labels are used.")
    var labels = 100

    @Option(help: "Number of training samples of MNIST.")
    var samples = 3000

    @Option(help: "Epochs; twice as many for FSDD.")
    var epochs = 6

    @Option(parsing: .upToNextOption, help: "Datasets: mnist, fsdd.")
    var sets = ["mnist", "fsdd"]

    private static let ways: [(name: String, learning: Learning)] = [
        ("supervised", Learning(.supervised)),
        ("supervised, distorted samples", Learning(.contrastive, pretraining: 0, transfer: .fineTuning)),
        ("semi-supervised", Learning(.semiSupervised)),
        ("autoencoder, probe", Learning(.autoencoder)),
        ("autoencoder, fine-tuning", Learning(.autoencoder, transfer: .fineTuning)),
        ("contrastive, probe", Learning(.contrastive)),
        ("contrastive, fine-tuning", Learning(.contrastive, transfer: .fineTuning)),
    ]

    func run() async throws {
        print("learning: test accuracy in percent with \(labels) labels, mean ± standard error of \(seeds) seeds")
        for set in sets {
            let isSound = set == "fsdd"
            var accuracies = Self.ways.map { _ in [Double]() }
            var seconds = Self.ways.map { _ in [Double]() }
            for seed in 1...UInt64(max(1, seeds)) {
                let recipe = try DatasetRecipe(
                    modalities: [
                        isSound ? "audio" : "image": .init(dataset: set, spectrogram: isSound ? 64 : nil)
                    ], mixes: 1,
                    counts: .init(training: isSound ? 2000 : samples, validation: 1, test: isSound ? 250 : 5000),
                    seed: seed)
                let dataset = try Self.prepared(recipe, DataLocator(folder: data))
                for (place, way) in Self.ways.enumerated() {
                    let start = ContinuousClock.now
                    accuracies[place].append(
                        try accuracy(way.learning, on: dataset, seed, isSound ? 2 * epochs : epochs))
                    seconds[place].append((ContinuousClock.now - start) / .seconds(1))
                }
            }
            for (place, way) in Self.ways.enumerated() {
                print(
                    String(
                        format: "%@, %@: %.1f ± %.1f, %.1f s", set, way.name,
                        100 * KnowledgeBenchmark.mean(accuracies[place]),
                        100 * Self.standardError(accuracies[place]), KnowledgeBenchmark.mean(seconds[place])))
            }
        }
    }

    private func accuracy(
        _ learning: Learning, on dataset: PreparedDataset, _ seed: UInt64, _ epochs: Int
    ) throws -> Double {
        let samples = try dataset.source(.training)
        let modality = samples.modalities[0]
        let network = try TableSix.leNet3.network(input: modality.name, shape: modality.shape, classes: 10)
        let plan = try TrainingPlan(
            optimizers: [Optimizer(rule: .adam, learningRate: 0.002)], epochs: epochs, batch: 64, seed: seed)
        var learning = learning
        learning.labels = labels
        let training = try LearningTraining(
            network, plan: plan, learning: learning, samples: samples,
            kinds: [modality.name: modality.name == "audio" ? .audio : .image])
        try training.finish()
        return try training.network.evaluate(on: dataset.source(.test)).accuracy
    }

    private static func prepared(_ recipe: DatasetRecipe, _ locator: DataLocator) throws -> PreparedDataset {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-learning-\(recipe.id.prefix(12))")
        try DatasetPreparer(locator: locator).prepare(recipe, to: file.path)
        defer { try? FileManager.default.removeItem(at: file) }
        return try PreparedDataset(opening: file.path)
    }

    private static func standardError(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let mean = KnowledgeBenchmark.mean(values)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        return (variance / Double(values.count)).squareRoot()
    }
}
