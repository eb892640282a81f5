import ArgumentParser

/// Measures Gyrus beside what others use for the same job, in one run, so that the ratio holds on any machine.
///
/// Build in release, and leave the machine alone while it runs:
/// ```sh
/// Tests/Benchmarks/peers                                 # Optuna and PyTorch, once
/// swift run -c release Benchmarks messages
/// ```
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures Gyrus beside what others use for the same job, in one run.",
        subcommands: [
            MessagesBenchmark.self, TasksBenchmark.self, SearchBenchmark.self, TrainingBenchmark.self,
            TableSixBenchmark.self,
        ])
}
