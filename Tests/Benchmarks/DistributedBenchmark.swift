import ArgumentParser
import Foundation
import Model
import Networks
import TestSupport
import TrainerClient

/// Several workers train LeNet3 on MNIST with every distributed strategy: accuracy, training time, bytes, idle and
/// waiting time.
///
/// A worker is idle while it does not compute; the waiting time is that of the first worker. Bytes are what all workers
/// together sent to be added up, stored or passed on, without what came back. With `alone`, the first free worker
/// trains. Workers are processes of this build; with fewer cores than workers, times say little. All strategies take
/// turns, seed by seed, so that other load on the machine affects all of them. Times are those of the first worker's
/// epochs, without start and validation.
struct DistributedBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "distributed",
        abstract: "Train one network with several workers, with every distributed strategy.",
        discussion: """
            MB is what all workers together sent to be added up, stored or passed on, without what came back.

              Benchmarks distributed --throttle 1,0.5 --ways alone all-reduce dynamic-batch   # unequal workers
              Benchmarks distributed --line 5,100 --ways local-sgd overlap --interval 32      # two machines, as root
              Benchmarks distributed --ways local-sgd pso --interval 1 8 32 128               # equal communication
              Benchmarks distributed --ways all-reduce --python P                             # compared with PyTorch's DDP
            """)

    @Option(help: "Share of the time in which each worker computes, one number per worker.")
    var throttle = "1,1"
    @Option(
        help:
            "Run the second of two workers on another machine, over a link of this many milliseconds and Mbit/s: 1,100."
    )
    var line: String?
    @Option(help: "Number of epochs.")
    var epochs = 3
    @Option(help: "Number of training samples.")
    var samples = 6_000
    @Option(help: "Samples per mini-batch, over all workers.")
    var batch = 64
    @Option(
        parsing: .upToNextOption,
        help: "Mini-batches between two averaging steps; several values are measured one by one.")
    var interval = [8]
    @Option(help: "Number of seeds; means are printed, with the standard error of the accuracy.")
    var seeds = 3
    @Option(help: "Factor on the number of channels.")
    var width = 1.0
    @Option(parsing: .upToNextOption, help: "Strategies (default: all).")
    var ways = DistributedBenchmark.allWays.map(\.name)
    @Option(help: "A Python that has torch, whose DistributedDataParallel trains the same network with two workers.")
    var python: String?

    static let allWays: [(name: String, way: Distribution?)] =
        [("alone", nil)]
        + Distribution.Synchronization.allCases.map { ($0.rawValue, Distribution(workers: 2, synchronization: $0)) }
        + [
            ("staleness-4", .init(workers: 2, synchronization: .parameterServer, updates: .staleness(4))),
            ("delay-compensated", .init(workers: 2, synchronization: .parameterServer, updates: .delayCompensated)),
            ("parameter-server-half", .init(workers: 2, synchronization: .parameterServer, compression: .half)),
            ("pipeline", .init(workers: 2, kind: .pipeline)),
        ]

    func validate() throws {
        for way in ways where !Self.allWays.contains(where: { $0.name == way }) {
            throw ValidationError(
                "There is no strategy '\(way)', only \(Self.allWays.map(\.name).joined(separator: ", ")).")
        }
    }

    func run() async throws {
        let shares = throttle.split(separator: ",").compactMap { Double($0) }
        guard shares.count > 1 else {
            throw ValidationError("--throttle has \(shares.count) numbers; at least 2 are required.")
        }
        try await TrainingBench.run(throttle: shares, line: try line.map(TrainingBench.Line.init)) { bench in
            try await bench.prepare(try .mnist(training: samples))
            for interval in interval {
                print(
                    "distributed, \(shares.count) workers (\(throttle)), line \(line ?? "none"), LeNet3 × \(width) on MNIST, "
                        + "\(samples) samples, batch \(batch), interval \(interval), \(epochs) epochs, \(seeds) seeds")
                try await report(bench, workers: shares.count, interval)
            }
        }
    }

    private func report(_ bench: TrainingBench, workers: Int, _ interval: Int) async throws {
        var outcomes: [String: [TrainingBench.Outcome]] = [:]
        var peers: [DataParallelPeer.Outcome] = []
        for seed in 1...max(1, seeds) {
            for (name, way) in Self.allWays where ways.contains(name) {
                var task = try TrainingTask.lenet(
                    samples: samples, epochs: epochs, batch: batch, seed: seed, width: width)
                task.distribution = way
                task.distribution?.workers = workers
                task.distribution?.minWorkers = workers
                task.distribution?.interval = interval
                outcomes[name, default: []].append(try await bench.train("\(name)-\(interval)-\(seed)", task))
            }
            if let python {
                let peer = DataParallelPeer(samples: samples, epochs: epochs, batch: batch, width: width)
                peers.append(try peer.train(python: python, seed: seed, workers: workers))
            }
        }
        for (name, _) in Self.allWays {
            guard let outcomes = outcomes[name] else { continue }
            row(name, outcomes.map(\.accuracy), outcomes.map(\.trainingSeconds), details(outcomes))
        }
        // Its accuracy refers to other samples than that of Gyrus.
        if !peers.isEmpty { row("PyTorch DDP*", peers.map(\.accuracy), peers.map(\.seconds), "") }
    }

    private func row(_ name: String, _ accuracy: [Double], _ seconds: [Double], _ details: String) {
        print(
            "  " + name.padding(toLength: 18, withPad: " ", startingAt: 0)
                + String(
                    format: "%6.2f ± %.2f %%   %7.2f s", accuracy.mean * 100, accuracy.standardError * 100,
                    seconds.sorted()[seconds.count / 2]) + details)
    }

    private func details(_ outcomes: [TrainingBench.Outcome]) -> String {
        let megabytes = outcomes.map { $0.values("exchanged-bytes").reduce(0, +) / 1e6 }.mean
        let waiting = outcomes.map { $0.values("waiting-seconds", rank: 0).reduce(0, +) }.mean
        let epochs = outcomes.first?.values("validation-accuracy", rank: 0).count ?? 0
        let course = (0..<epochs).map { epoch in
            let accuracy = outcomes.map { $0.values("validation-accuracy", rank: 0)[epoch] }.mean
            return String(format: "%.2f", 100 * accuracy)
        }
        return String(
            format: "   %8.2f MB   idle %3.0f %%   waiting %6.2f s   ", megabytes,
            outcomes.map { $0.mean("idle-share") }.mean * 100, waiting) + speeds(outcomes)
            + "   after each epoch " + course.joined(separator: " ")
    }

    /// Samples per second of each worker while it computes, slowest first, and the share of their sum, which is the
    /// maximum, that all of them reach together during the epochs.
    private func speeds(_ outcomes: [TrainingBench.Outcome]) -> String {
        let ranks = Set(outcomes.flatMap { $0.reports.map(\.rank) }).sorted()
        let each = outcomes.map { outcome in ranks.map { outcome.mean("samples-per-second", rank: $0) }.sorted() }
        let means = ranks.indices.map { place in each.map { $0[place] }.mean }
        let whole = outcomes.map { $0.values("samples").reduce(0, +) / max(1e-9, $0.trainingSeconds) }.mean
        guard whole > 0 else { return "" }
        return means.map(\.grouped).joined(separator: " + ")
            + String(format: " samples/s, %.2f of them reached", whole / max(1, means.reduce(0, +)))
    }
}

extension TrainingTask {
    /// LeNet3 on images of MNIST.
    static func lenet(
        samples: Int, epochs: Int, batch: Int, seed: Int, width: Double = 1, distribution: Distribution? = nil
    ) throws -> TrainingTask {
        let lenet = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10, width: width)
        return TrainingTask(
            network: lenet, dataset: try DatasetRecipe.mnist(training: samples).id,
            optimizers: [Optimizer(rule: .sgd, learningRate: 0.05, momentum: 0.9)], epochs: epochs, batch: batch,
            seed: UInt64(seed), distribution: distribution)
    }
}
