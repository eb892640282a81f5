import ArgumentParser
import Datasets
import Foundation
import Model
import Networks
import Torch

/// Time of a fusion search whose features are computed once, compared with running the networks again for each fusion.
struct FusionBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fusion",
        abstract: "Measure a fusion search with features computed once, and with the networks run again.",
        discussion: """
            Both variants train the same fusions, in turns. Running again is measured favorably: the networks only run \
            forward, once for each sample of each epoch and once for the validation and test splits.
            """)

    @Option(help: "Folder with mnist, fsdd and esc10 (default: synthetic data).")
    var data: String?
    @Option(help: "Number of training samples.")
    var samples = 2_000
    @Option(help: "Number of fusions in a search.")
    var trials = 40
    @Option(
        help: "Number of fusions that are trained in both variants; the rest of the search is extrapolated from them.")
    var measured = 4
    @Option(help: "Epochs for each fusion.")
    var epochs = 6
    @Option(help: "The network for images.")
    var image = "LeNet3"
    @Option(help: "The network for audio.")
    var audio = "LeNet5"

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-fusion-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let dataset = try prepare(in: folder)
        let backbones = try [("audio", audio), ("image", image)].map { modality, name in
            guard let structure = TableSix(rawValue: name), let shape = dataset.inputs[modality]?.shape else {
                throw ValidationError("There is no network '\(name)'.")
            }
            let network = try structure.network(input: modality, shape: shape, classes: dataset.target.outputs)
            return try Backbone(modality: modality, network: network)
        }
        let weights = try backbones.map { backbone in
            let file = folder.appending(path: "\(backbone.modality).safetensors")
            try ScriptedNetwork(backbone.network, seed: 1).saveWeights(to: file)
            return file
        }
        var extraction = 0.0
        let sets = try zip(backbones, weights).map { backbone, weights in
            let file = folder.appending(path: "\(backbone.modality)-features.safetensors")
            extraction += try seconds { try FeatureExtractor(backbone, weights: weights).write(dataset, to: file) }
            return try FeatureSet(opening: file.path)
        }
        var cached: [Double] = [], again: [Double] = []
        for number in 0..<max(1, measured) {
            let head = try head(backbones, number)
            let training = try seconds { try train(head, sets, seed: UInt64(number)) }
            let running = try seconds { try runAgain(backbones, weights, dataset) }
            cached.append(training)
            again.append(training + running)
            print(
                String(
                    format: "fusion %d: %.2f s above features, %.2f s with the networks run again", number + 1,
                    training, training + running))
        }
        let count = Double(trials)
        let once = extraction + count * cached.median, each = count * again.median
        print(
            String(
                format:
                    "fusion search of %d trials, %@ + %@: %.1f s (features %.1f s), networks run again %.1f s, ratio %.1f",
                trials, image, audio, once, extraction, each, each / once))
    }

    private func seconds(_ work: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try work()
        return (ContinuousClock.now - start).inSeconds
    }

    private func prepare(in folder: URL) throws -> PreparedDataset {
        let recipe = try DatasetRecipe(
            modalities: [
                "image": .init(dataset: "mnist", energyRemoved: 0.75), "audio": .init(dataset: "fsdd", noise: "esc10"),
            ], counts: .init(training: samples, validation: max(1, samples / 4), test: max(1, samples / 4)))
        let path = folder.appending(path: "dataset").path
        let locator = DataLocator(folder: data)
        let isHere = (try? locator.folder(of: "mnist")) != nil
        try DatasetPreparer(locator: locator).prepare(isHere ? recipe : recipe.substitutingSyntheticData(), to: path)
        return try PreparedDataset(opening: path)
    }

    /// Fusions of one to four layers, with each operator in turn.
    private func head(_ backbones: [Backbone], _ number: Int) throws -> FusionHead {
        let joining = FusionHead.Operator.allCases[number % FusionHead.Operator.allCases.count]
        let levels = (0...number % FusionHead.mostLevels).map { level in
            FusionHead.Level(
                stages: backbones.map { ($0.stages.count - 1 + level) % $0.stages.count }, activation: .relu)
        }
        return try FusionHead(backbones, joining, .joint, levels: levels, width: 64, classes: 10)
    }

    private func train(_ head: FusionHead, _ sets: [FeatureSet], seed: UInt64) throws {
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .adamw, learningRate: 0.002, weightDecay: 0.01)], epochs: epochs, batch: 64,
            seed: seed)
        let session = try TrainingSession(
            head.network(named: "head"), plan: plan, samples: FeatureSet.source(.training, of: sets))
        while !session.isFinished { try session.finishEpoch() }
        for split in [PreparedDataset.Split.validation, .test] {
            _ = try session.network.evaluate(on: FeatureSet.source(split, of: sets))
        }
    }

    private func runAgain(_ backbones: [Backbone], _ weights: [URL], _ dataset: PreparedDataset) throws {
        for (backbone, weights) in zip(backbones, weights) {
            let network = try ScriptedNetwork(backbone.featureNetwork, seed: 0)
            try network.loadWeights(from: [(weights, "")])
            let width = backbone.stages.reduce(0) { $0 + $1.features }
            for _ in 0..<epochs { _ = try network.outputs(for: dataset.source(.training), width: width) }
            for split in [PreparedDataset.Split.validation, .test] {
                _ = try network.outputs(for: dataset.source(split), width: width)
            }
        }
    }
}
