import ArgumentParser
import Foundation
import Model
import Networks
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
        try await TrainingBench.run(throttle: shares) { bench in
            try await bench.prepare(try .mnist(training: samples))
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

    private func task() throws -> TrainingTask {
        let lenet = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10, width: 1)
        return TrainingTask(
            network: try NetworkDescription.fused(branches: [("image", lenet)], classes: 10).canonicalJSON,
            dataset: try DatasetRecipe.mnist(training: samples).id,
            optimizers: [BranchOptimizer(name: "sgd", learningRate: 0.05, momentum: 0.9)], epochs: epochs, batch: batch,
            seed: 1)
    }

    private func report(_ name: String, _ distribution: Distribution?, _ bench: TrainingBench) async throws {
        var outcomes: [TrainingBench.Outcome] = []
        for seed in 1...max(1, seeds) {
            var task = try task()
            task.distribution = distribution
            task.seed = UInt64(seed)
            outcomes.append(try await bench.train("\(name)-\(seed)", task))
        }
        let count = Double(outcomes.count)
        func mean(_ figure: (TrainingBench.Outcome) -> Double) -> Double { outcomes.map(figure).reduce(0, +) / count }
        let accuracy = mean(\.accuracy)
        let variance = mean { ($0.accuracy - accuracy) * ($0.accuracy - accuracy) } / max(1, count - 1)
        let megabytes = mean { $0.values("exchanged-bytes").reduce(0, +) } / 1e6
        let idle = mean { $0.mean("idle-share") } * 100
        print(
            "  " + name.padding(toLength: 14, withPad: " ", startingAt: 0)
                + String(
                    format: "%6.2f ± %.2f %%   %6.2f s   %8.2f MB   idle %3.0f %%", accuracy * 100,
                    variance.squareRoot() * 100, mean(\.seconds), megabytes, idle))
    }
}
