import ArgumentParser

/// Measures Gyrus beside what others use for the same job, in one run.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures Gyrus beside what others use for the same job, in one run.",
        subcommands: [TrainingBenchmark.self, TableSixBenchmark.self])
}
