import ArgumentParser
import Datasets
import Foundation
import Model
import Networks
import Torch

/// Accuracy of the networks of table 6, and of pairs of them, on real audio-visual MNIST.
///
/// The source paper's tables 7 and 8 are the same measurement on its own data; ours splits FSDD by recording or by
/// speaker.
struct TableSixBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table-six", abstract: "Measure the accuracy of the networks of table 6 on audio-visual MNIST.")

    @Option(help: "Folder with mnist, fsdd and esc10.")
    var data: String?
    @Option(help: "A prepared dataset to read; it is written if it does not exist.")
    var prepared: String?
    @Option(help: "What separates training from test: recording or speaker.")
    var split = "recording"
    @Option(
        parsing: .upToNextOption,
        help: "Networks of one modality, as image:LeNet3, or pairs, as LeNet3+LeNet5 (image, audio).")
    var networks = TableSixBenchmark.all
    @Option(help: "Number of epochs.")
    var epochs = 6
    @Option(help: "Number of training samples; 0 for all.")
    var samples = 0
    @Option(help: "Samples per mini-batch.")
    var batch = 64
    @Option(help: "sgd, adam, adamw or rmsprop.")
    var optimizer = "adamw"
    @Option(help: "Initial learning rate.")
    var rate = 0.003
    @Option(help: "Weight decay.")
    var decay = 0.01
    @Option(help: "Factor on the number of channels.")
    var width = 1.0
    @Option(help: "Number of training seeds, from 1.")
    var seeds = 1

    static let all = ["image", "audio"].flatMap { modality in
        TableSix.allCases.map { "\(modality):\($0.rawValue)" }
    }

    func run() async throws {
        let dataset = try openOrPrepare()
        let sources = try PreparedDataset.Split.allCases.map(dataset.source)
        print("network, seed: parameters, training loss, validation and test accuracy, processor seconds")
        for name in networks {
            var accuracies: [Double] = []
            for seed in 1...max(1, seeds) {
                accuracies.append(try train(name, seed: UInt64(seed), dataset, sources))
            }
            let mean = accuracies.reduce(0, +) / Double(accuracies.count)
            let spread = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(accuracies.count)
            print(String(format: "%@: test accuracy %.2f ± %.2f %%", name, 100 * mean, 100 * spread.squareRoot()))
        }
    }

    private func openOrPrepare() throws -> PreparedDataset {
        if let prepared, let dataset = try? PreparedDataset(opening: prepared) { return dataset }
        let recipe = try DatasetRecipe(
            modalities: [
                "image": .init(dataset: "mnist", energyRemoved: 0.75), "audio": .init(dataset: "fsdd", noise: "esc10"),
            ], split: DatasetRecipe.Split(rawValue: split) ?? .recording)
        let path = prepared ?? "\(FileManager.default.temporaryDirectory.path)/gyrus-\(recipe.id.prefix(12))"
        let start = ContinuousClock.now
        try DatasetPreparer(locator: DataLocator(folder: data)).prepare(recipe, to: path)
        print("prepared \(recipe.canonicalJSON) in \(ContinuousClock.now - start)")
        return try PreparedDataset(opening: path)
    }

    private func train(
        _ name: String, seed: UInt64, _ dataset: PreparedDataset, _ sources: [SampleSource]
    ) throws -> Double {
        guard let rule = Optimizer.Rule(rawValue: optimizer) else {
            throw ValidationError("There is no optimizer '\(optimizer)'.")
        }
        let description = try network(name, dataset)
        let plan = try TrainingPlan(
            optimizers: [.init(rule: rule, learningRate: rate, weightDecay: decay, momentum: rule == .sgd ? 0.9 : 0)],
            epochs: epochs, batch: batch, seed: seed)
        let training = samples == 0 ? sources[0] : sources[0].selecting(0..<min(samples, sources[0].count))
        let start = clock()
        let session = try TrainingSession(description, plan: plan, samples: training)
        var loss = 0.0
        while !session.isFinished { loss = try session.finishEpoch().loss }
        let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
        let validation = try session.network.evaluate(on: sources[1]).accuracy
        let test = try session.network.evaluate(on: sources[2]).accuracy
        print(
            String(
                format: "%@, %d: %d, %.3f, %.2f %%, %.2f %%, %.0f s", name, Int(seed), try description.parameterCount,
                loss, 100 * validation, 100 * test, seconds))
        return test
    }

    private func network(_ name: String, _ dataset: PreparedDataset) throws -> NetworkDescription {
        let isPair = name.contains("+")
        let parts = name.split(separator: isPair ? "+" : ":").map(String.init)
        guard parts.count == 2 else { throw ValidationError("'\(name)' is neither image:LeNet3 nor LeNet3+LeNet5.") }
        let branches = isPair ? [("image", parts[0]), ("audio", parts[1])] : [(parts[0], parts[1])]
        return try .fused(
            branches: branches.map { modality, structure in
                guard let shape = dataset.inputs[modality]?.shape, let structure = TableSix(rawValue: structure) else {
                    throw ValidationError("'\(name)' has an unknown modality or network.")
                }
                let network = try structure.network(
                    input: modality, shape: shape, classes: dataset.target.outputs, width: width)
                return (modality, network)
            }, classes: dataset.target.outputs)
    }
}
