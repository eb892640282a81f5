import ArgumentParser
import Foundation
import Model
import Synchronization
import TrainerClient

/// One of two workers becomes half as fast in the middle of an epoch: with shares that follow, and with equal ones.
///
/// The worker is stopped and let go on in turns of 4 ms from the middle of the second epoch on. What an epoch could take at
/// best follows from the first one: with both workers at full speed it takes T; with one at half speed two thirds of the
/// speed are left at best 4/3 T, and equal shares take 2 T.
struct SpeedChangeBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speed-change", abstract: "A worker becomes slower in the middle of an epoch.")

    @Option(help: "Training samples.")
    var samples = 20_000
    @Option(help: "Samples of a mini-batch, of both workers together.")
    var batch = 512
    @Option(help: "Mini-batches between two measurements of speed.")
    var interval = 4
    @Option(help: "Runs of each.")
    var seeds = 3

    func run() async throws {
        try await TrainingBench.run(throttle: [1, 1]) { bench in
            try await bench.prepare(try .mnist(training: samples))
            print(
                "speed-change, 2 workers, one at half speed from the middle of epoch 2, seconds of each epoch, share of the slow"
            )
            for seed in 1...max(1, seeds) {
                for way in [Distribution.Synchronisation.allReduce, .dynamicBatch] {
                    let id = "\(way.rawValue)-\(seed)"
                    let outcome = try await run(id, way, seed, bench)
                    print("  " + id.padding(toLength: 18, withPad: " ", startingAt: 0) + course(outcome))
                }
            }
        }
    }

    private func run(
        _ id: String, _ way: Distribution.Synchronisation, _ seed: Int, _ bench: TrainingBench
    ) async throws -> TrainingBench.Outcome {
        let task = try TrainingTask.lenet(
            samples: samples, epochs: 4, batch: batch, seed: seed,
            distribution: Distribution(workers: 2, synchronisation: way, interval: interval))
        async let outcome = bench.train(id, task)
        let first = try await firstEpoch(of: id, bench)
        try await Task.sleep(for: .seconds(first / 2))
        let isOver = Atomic(false)
        // A thread of its own, so that turns keep their length.
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
    /// - Returns: Its seconds.
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
        // Which of the two ranks the slow worker has differs; it is the one with the fewer samples.
        let counts = zip(outcome.values("samples", rank: 0), outcome.values("samples", rank: 1))
        let shares = counts.map { min($0, $1) / max(1, $0 + $1) }
        let epochs = zip(seconds, shares).map { String(format: "%.2f s %2.0f %%", $0, 100 * $1) }
        return epochs.joined(separator: "   ")
    }
}
