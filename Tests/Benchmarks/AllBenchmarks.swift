import ArgumentParser
import Model

/// The main measurements in sequence, each compared with its peer.
struct AllBenchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all",
        abstract: "Measure messages, durable tasks, the search loop and training, each compared with its peer.",
        discussion: "Takes a few minutes and uses the default settings of each benchmark.")

    @Option(
        help:
            "A Python with Optuna and PyTorch, as Tests/Benchmarks/peers prints it; without it, only Gyrus is measured."
    )
    var python: String?

    func run() async throws {
        let python = python.map { ["--python", $0] } ?? []
        try await MessagesBenchmark.parse([]).run()
        try await TasksBenchmark.parse([]).run()
        try await SearchBenchmark.parse(python).run()
        try await TrainingBenchmark.parse(python).run()
        if (try? DataLocator().folder(of: "mot")) != nil {
            try await TrackingBenchmark.parse(python).run()
        } else {
            print("tracking: skipped, because MOT17 is missing (folder mot in $GYRUS_DATA)")
        }
    }
}
