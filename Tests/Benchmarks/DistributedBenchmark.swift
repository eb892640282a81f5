import ArgumentParser
import Foundation
import Logging
import Messaging
import Model
import Networks
import ServiceClient
import TestSupport
import TrainerClient

/// LeNet3 on MNIST trained by several workers in every way: accuracy beside wall time, bytes and idle time.
///
/// Workers are processes of this build; with fewer cores than workers wall times say little. `--throttle 1,0.5` makes the
/// second one half as fast as the first.
struct DistributedBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "distributed", abstract: "Several workers train one network, in every way that there is.")

    @Option(help: "Share of the time in which each worker computes; as many workers as numbers.")
    var throttle = "1,1"
    @Option(help: "Epochs.")
    var epochs = 3
    @Option(help: "Training samples.")
    var samples = 6_000
    @Option(help: "Samples of a mini-batch, of all workers together.")
    var batch = 64
    @Option(help: "Mini-batches between two meetings.")
    var interval = 8
    @Option(help: "Seeds; means over them are shown, with the standard error of the accuracy.")
    var seeds = 3

    func run() async throws {
        let shares = throttle.split(separator: ",").compactMap { Double($0) }
        guard shares.count > 1 else { throw ValidationError("--throttle names \(shares.count) workers; 2 are needed.") }
        let mnist = URL(filePath: try DataLocator().folder(of: "mnist")).standardizedFileURL
        let data = mnist.deletingLastPathComponent().path
        try await ProcessFixture.run { fixture in
            _ = try fixture.start("registry", [])
            _ = try fixture.start("trainer", ["serve"])
            for (number, share) in shares.enumerated() {
                let options = ["--throttle", "\(share)", "--data", data, "--name", "w\(number)"]
                _ = try fixture.start("trainer", ["work"] + options, name: "worker-\(number)")
            }
            let bench = Bench(
                services: ServiceDirectory(environment: fixture.environment), task: try task(), workers: shares.count)
            try await bench.prepare(try recipe())
            print(
                "distributed, \(shares.count) workers (\(throttle)), LeNet3 on MNIST, \(samples) samples, batch \(batch)"
            )
            try await report("alone", nil, bench)
            for way in Distribution.Synchronisation.allCases {
                let distribution = Distribution(workers: shares.count, synchronisation: way, interval: interval)
                try await report(way.rawValue, distribution, bench)
            }
        }
    }

    private func recipe() throws -> DatasetRecipe {
        try DatasetRecipe(
            modalities: ["image": .init(dataset: "mnist")],
            counts: .init(training: samples, validation: 2_000, test: 500), seed: 1)
    }

    private func task() throws -> TrainingTask {
        let lenet = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10, width: 1)
        return TrainingTask(
            network: try NetworkDescription.fused(branches: [("image", lenet)], classes: 10).canonicalJSON,
            dataset: try recipe().id,
            optimizers: [BranchOptimizer(name: "sgd", learningRate: 0.05, momentum: 0.9)], epochs: epochs, batch: batch,
            seed: 1)
    }

    private func report(_ name: String, _ distribution: Distribution?, _ bench: Bench) async throws {
        var outcomes: [Bench.Outcome] = []
        for seed in 1...max(1, seeds) {
            outcomes.append(try await bench.train("\(name)-\(seed)", distribution, seed: UInt64(seed)))
        }
        let count = Double(outcomes.count)
        func mean(_ figure: (Bench.Outcome) -> Double) -> Double { outcomes.map(figure).reduce(0, +) / count }
        let accuracy = mean(\.accuracy)
        let variance = mean { ($0.accuracy - accuracy) * ($0.accuracy - accuracy) } / max(1, count - 1)
        print(
            "  " + name.padding(toLength: 14, withPad: " ", startingAt: 0)
                + String(
                    format: "%6.2f ± %.2f %%   %6.2f s   %8.2f MB   idle %3.0f %%", accuracy * 100,
                    variance.squareRoot() * 100, mean(\.seconds), mean(\.bytes) / 1e6, mean(\.idle) * 100))
    }
}

/// Services and workers that train.
private struct Bench {
    struct Outcome {
        var accuracy: Double
        var seconds: Double
        /// Bytes that all workers handed in.
        var bytes: Double
        /// Mean share of time without computing.
        var idle: Double
    }

    let services: ServiceDirectory
    let task: TrainingTask
    let workers: Int
    private let loop = MessageLoop()
    private let quiet = Logger(label: "", factory: { _ in SwiftLogNoOpLogHandler() })

    init(services: ServiceDirectory, task: TrainingTask, workers: Int) {
        self.services = services
        self.task = task
        self.workers = workers
    }

    private func connect() throws -> RequestClient {
        try services.connect(to: .trainer, loop: loop, logger: quiet)
    }

    func prepare(_ recipe: DatasetRecipe) async throws {
        _ = try await TrainerClient(connect()).prepare(PreparationTask(recipe: recipe), id: "prepare", group: "bench")
    }

    func train(_ id: String, _ distribution: Distribution?, seed: UInt64) async throws -> Outcome {
        var task = task
        task.distribution = distribution
        task.seed = seed
        let client = try connect()
        let result = try await TrainerClient(client).train(task, id: id, group: "bench")
        var reports: [[String: String]] = []
        var after: UInt64 = 0
        while true {
            let page = try await ServiceClient(client).events(after: after)
            guard let last = page.events.last else { break }
            reports += page.events.filter { $0.subject == id && $0.kind == "task.progress" }.map(\.attributes)
            after = last.sequence
        }
        func values(_ metric: String) -> [Double] { reports.compactMap { $0["metric.\(metric)"].flatMap(Double.init) } }
        let idle = values("idle-share")
        return Outcome(
            accuracy: result.metrics["validation-accuracy"] ?? 0, seconds: result.metrics["seconds"] ?? 0,
            bytes: values("exchanged-bytes").reduce(0, +),
            idle: idle.isEmpty ? 0 : idle.reduce(0, +) / Double(idle.count))
    }
}
