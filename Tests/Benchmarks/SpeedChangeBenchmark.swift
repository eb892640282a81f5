import ArgumentParser
import Foundation
import Model
import Synchronization
import TrainerClient

/// One of two workers becomes half as fast in the middle of an epoch: with shares that adapt, and with equal ones.
///
/// From the middle of the second epoch on, the worker alternates between 4 ms stopped and 4 ms running. The best
/// possible time of an epoch follows from the first one: with both workers at full speed it takes T; with one at half
/// speed, three quarters of the speed remain, so it takes at best 4/3 T; equal shares take 2 T.
struct SpeedChangeBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speed-change", abstract: "Slow down a worker in the middle of an epoch.")

    @Option(help: "Number of training samples.")
    var samples = 20_000
    @Option(help: "Samples per mini-batch, over both workers.")
    var batch = 512
    @Option(help: "Mini-batches between two measurements of speed.")
    var interval = 4
    @Option(help: "Number of runs of each.")
    var seeds = 3

    func run() async throws {
        try await TrainingBench.run(throttle: [1, 1]) { bench in
            try await bench.prepare(try .mnist(training: samples))
            print(
                "speed-change, 2 workers, one at half speed from the middle of epoch 2, seconds of each epoch, share of the slow"
            )
            for seed in 1...max(1, seeds) {
                for way in [Distribution.Synchronization.allReduce, .dynamicBatch] {
                    let id = "\(way.rawValue)-\(seed)"
                    let outcome = try await run(id, way, seed, bench)
                    print("  " + id.padding(toLength: 18, withPad: " ", startingAt: 0) + course(outcome))
                }
            }
        }
    }

    private func run(
        _ id: String, _ way: Distribution.Synchronization, _ seed: Int, _ bench: TrainingBench
    ) async throws -> TrainingBench.Outcome {
        let task = try TrainingTask.lenet(
            samples: samples, epochs: 4, batch: batch, seed: seed,
            distribution: Distribution(workers: 2, synchronization: way, interval: interval))
        async let outcome = bench.train(id, task)
        let first = try await firstEpoch(of: id, bench)
        try await Task.sleep(for: .seconds(first / 2))
        let isOver = Atomic(false)
        // A separate thread, so that the intervals keep their length.
        let brake = Thread { [workers = bench.workers] in
            while !isOver.load(ordering: .relaxed) {
                workers.signal(1, SIGSTOP)
                usleep(4_000)
                workers.signal(1, SIGCONT)
                usleep(4_000)
            }
        }
        brake.start()
        defer { isOver.store(true, ordering: .relaxed) }
        return try await outcome
    }

    /// Waits for the end of the first epoch.
    /// - Returns: Its duration in seconds.
    private func firstEpoch(of id: String, _ bench: TrainingBench) async throws -> Double {
        while true {
            let ends = try await bench.events(of: id).filter { $0.attributes["step"] == "1" }
            if let seconds = ends.compactMap({ $0.attributes["metric.training-seconds"] }).first {
                return Double(seconds) ?? 0
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func course(_ outcome: TrainingBench.Outcome) -> String {
        let seconds = outcome.values("training-seconds", rank: 0)
        // The slow worker may have either rank; it is the one with fewer samples.
        let counts = zip(outcome.values("samples", rank: 0), outcome.values("samples", rank: 1))
        let shares = counts.map { min($0, $1) / max(1, $0 + $1) }
        let epochs = zip(seconds, shares).map { String(format: "%.2f s %2.0f %%", $0, 100 * $1) }
        return epochs.joined(separator: "   ")
    }
}
