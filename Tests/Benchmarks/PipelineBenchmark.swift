import ArgumentParser
import Foundation
import Model
import Networks
import RegistryClient
import Safetensors
import TestSupport
import TrainerClient

/// A network on MNIST whose layers are split over workers, compared with one worker: bytes of each stage, idle share of
/// stages and its theoretical value, time, accuracy, and how far gradients differ from those of one worker.
///
/// Workers are processes of this build; with fewer free cores than workers, times and idle shares say little.
/// `--throttle 1,0.5` makes the second one half as fast, and the split adapts.
struct PipelineBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline",
        abstract: "Train the layers of one network on different workers, compared with one worker.")

    @Option(help: "Share of the time in which each worker computes, one number per stage.")
    var throttle = "1,1"
    @Option(
        help: "LeNet3, LeNet5, MediumNet or SparseNet.",
        transform: {
            guard let network = TableSix(rawValue: $0) else { throw ValidationError("There is no network '\($0)'.") }
            return network
        })
    var network = TableSix.mediumNet
    @Option(help: "Number of epochs.")
    var epochs = 2
    @Option(help: "Number of training samples.")
    var samples = 1_920
    @Option(help: "Samples per mini-batch.")
    var batch = 64

    func run() async throws {
        let shares = throttle.split(separator: ",").compactMap { Double($0) }
        guard shares.count > 1 else {
            throw ValidationError("--throttle has \(shares.count) numbers; at least 2 are required.")
        }
        try await TrainingBench.run(throttle: shares) { bench in
            try await bench.prepare(try .mnist(training: samples))
            let title = "\(network.rawValue) on MNIST, \(samples) samples, batch \(batch)"
            print("pipeline, \(shares.count) workers (\(throttle)), \(title)")
            try await alone(bench)
            for microBatches in [1, 2, 4, 8] { try await report(microBatches, shares.count, bench) }
            try await gradients(shares.count, bench)
        }
    }

    /// A task for one worker.
    private func task(normalized: Bool = true) throws -> TrainingTask {
        let kind = try network.network(
            input: "image", shape: [1, 28, 28], classes: 10, width: 1, normalized: normalized)
        return TrainingTask(
            network: kind, dataset: try DatasetRecipe.mnist(training: samples).id,
            optimizers: [Optimizer(rule: .sgd, learningRate: 0.05, momentum: 0.9)], epochs: epochs, batch: batch,
            seed: 1)
    }

    private func alone(_ bench: TrainingBench) async throws {
        let outcome = try await bench.train("alone", task())
        let layers = try task().network
        let bytes = try WholeNetworkBytes(of: layers, batch: batch)
        line("one worker", outcome, ["layers 1–\(layers.layers.count): \(Self.megabytes(bytes.state, bytes.held))"])
    }

    private func report(_ microBatches: Int, _ workers: Int, _ bench: TrainingBench) async throws {
        var task = try task()
        task.distribution = Distribution(workers: workers, kind: .pipeline, microBatches: microBatches)
        let outcome = try await bench.train("split-\(microBatches)", task)
        let stages = (0..<workers).map { rank in
            func last(_ metric: String) -> Double { outcome.values(metric, rank: rank).max() ?? 0 }
            let first = Int(last("first-layer"))
            return "layers \(first)–\(first + Int(last("layers")) - 1): "
                + Self.megabytes(last("state-bytes"), last("held-bytes"))
                + String(format: ", idle %.0f %%", 100 * outcome.mean("bubble-share", rank: rank))
        }
        let theory = String(format: "theory: idle %.0f %%", 100 * outcome.mean("bubble-theory"))
        line("\(microBatches) micro-batch\(microBatches == 1 ? "" : "es")", outcome, stages + [theory])
    }

    private func line(_ name: String, _ outcome: TrainingBench.Outcome, _ parts: [String]) {
        print(
            "  " + name.padding(toLength: 16, withPad: " ", startingAt: 0)
                + String(
                    format: "%6.2f %%  %6.2f s per epoch", outcome.accuracy * 100, outcome.seconds / Double(epochs))
        )
        for part in parts { print("      " + part) }
    }

    private static func megabytes(_ state: Double, _ held: Double) -> String {
        String(format: "%.2f MB of weights and optimizers + %.2f MB while computing", state / 1e6, held / 1e6)
    }

    /// One step of plain gradient descent with rate 1 changes weights by their gradient. The network has no batch
    /// normalization, because that would depend on micro-batches.
    private func gradients(_ workers: Int, _ bench: TrainingBench) async throws {
        var step = try task(normalized: false)
        step.optimizers = [Optimizer(rule: .sgd, learningRate: 1)]
        (step.epochs, step.samples) = (1, batch)
        let alone = try await weights(of: bench.train("step", step), bench)
        step.distribution = Distribution(workers: workers, kind: .pipeline, microBatches: 4)
        let split = try await weights(of: bench.train("split-step", step), bench)
        let difference = zip(alone, split).map { abs($0 - $1) }.max() ?? .infinity
        print("  gradients of a mini-batch differ from one worker's by at most \(difference)")
    }

    private func weights(of outcome: TrainingBench.Outcome, _ bench: TrainingBench) async throws -> [Float] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let cache = BlobCache(directory: folder, limitBytes: 1 << 30, registry: try bench.registry)
        let file = try SafetensorsFile(opening: try await cache.file(for: outcome.result.weights).path)
        return try file.entries.sorted { $0.name < $1.name }.flatMap { try file.elements(of: $0.name) as [Float] }
    }
}
