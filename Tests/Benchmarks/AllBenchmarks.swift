import ArgumentParser
import Model

/// The main figures, one after the other, each beside its peer.
struct AllBenchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all",
        abstract: "Messages, durable tasks, the search loop and training, each beside its peer, in one run.",
        discussion: "Takes a few minutes. The commands themselves have settings; here all are the usual ones.")

    @Option(
        help: "A Python with Optuna and PyTorch, as Tests/Benchmarks/peers prints it; without it only ours is measured."
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
            print("tracking: left out, since MOT17 is not here (folder mot in $GYRUS_DATA)")
        }
    }
}
