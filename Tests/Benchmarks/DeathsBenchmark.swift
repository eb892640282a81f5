import ArgumentParser
import Foundation
import Model
import TrainerClient

/// Kills a random worker of a training (kill -9) at a random time, with every distributed strategy, and compares the
/// accuracy with that of the same trainings undisturbed.
struct DeathsBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deaths", abstract: "Kill a worker at a random time, with every distributed strategy.")

    @Option(help: "Number of trainings with each strategy, undisturbed and disturbed.")
    var seeds = 3
    @Option(help: "Number of epochs.")
    var epochs = 8
    @Option(help: "Number of training samples.")
    var samples = 12_000
    @Option(parsing: .upToNextOption, help: "Strategies (default: all).")
    var ways = DistributedBenchmark.allWays.compactMap { $0.way == nil ? nil : $0.name }

    func run() async throws {
        try await TrainingBench.run(throttle: [1, 1]) { bench in
            try await bench.prepare(try .mnist(training: samples))
            print("deaths, 2 workers, LeNet3 on MNIST, \(samples) samples, \(epochs) epochs; accuracy, wall time")
            for case (let name, let way?) in DistributedBenchmark.allWays where ways.contains(name) {
                try await report(name, way, bench)
            }
        }
    }

    private func task(_ way: Distribution, _ seed: Int) throws -> TrainingTask {
        var task = try TrainingTask.lenet(
            samples: samples, epochs: epochs, batch: 64, seed: seed, distribution: way)
        // Often enough for trainings of a few seconds to resume from a checkpoint.
        task.checkpointInterval = .milliseconds(300)
        return task
    }

    private func report(_ name: String, _ way: Distribution, _ bench: TrainingBench) async throws {
        var (quiet, disturbed): ([Double], [Double]) = ([], [])
        var notes: [String] = []
        for seed in 1...max(1, seeds) {
            let task = try task(way, seed)
            let start = ContinuousClock.now
            quiet.append(try await bench.train("\(name)-\(seed)", task).accuracy)
            let time = ContinuousClock.now - start
            let id = "\(name)-\(seed)-killed"
            async let outcome = bench.train(id, task)
            let (moment, victim) = (Double.random(in: 0.05..<0.95), Int.random(in: 0...1))
            try await Task.sleep(for: time * moment)
            try await bench.workers.restart(victim)
            disturbed.append(try await outcome.accuracy)
            let attempts = try await bench.events(of: id).compactMap { $0.attributes["attempt"].flatMap { Int($0) } }
            notes.append(String(format: "%.0f %% (%d)", 100 * moment, attempts.max() ?? 1))
        }
        func text(_ values: [Double]) -> String {
            String(format: "%6.2f ± %.2f %%", values.mean * 100, values.standardError * 100)
        }
        print(
            "  " + name.padding(toLength: 18, withPad: " ", startingAt: 0)
                + "undisturbed \(text(quiet))   killed \(text(disturbed))   at \(notes.joined(separator: ", "))")
    }
}
