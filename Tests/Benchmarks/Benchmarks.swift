import ArgumentParser
@preconcurrency import Glibc

/// Measures Gyrus and what others use for the same job in one run, so that the ratio holds on any machine.
///
/// Build in release mode, and keep the machine idle otherwise:
/// ```sh
/// peers=$(Tests/Benchmarks/peers)                        # a Python with Optuna and PyTorch, created once
/// swift run -c release Benchmarks --python "$peers"      # the main figures
/// swift run -c release Benchmarks messages --help        # one of them, and its settings
/// ```
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure Gyrus and what others use for the same job in one run.",
        subcommands: [
            AllBenchmarks.self, MessagesBenchmark.self, TasksBenchmark.self, SearchBenchmark.self,
            TrainingBenchmark.self, TrackingBenchmark.self, TableSixBenchmark.self,
            TablesBenchmark.self, ControllersBenchmark.self, AutoencoderBenchmark.self, FusionBenchmark.self,
            KnowledgeBenchmark.self, KnowledgeScaleBenchmark.self, ContinualBenchmark.self, LearningBenchmark.self,
            DistributedBenchmark.self, SpeedChangeBenchmark.self, DeathsBenchmark.self, PipelineBenchmark.self,
            CatalogBenchmark.self, ConsoleBenchmark.self, IdleBenchmark.self, FleetBenchmark.self,
            ServingBenchmark.self, CandidatesBenchmark.self, OwnBenchmark.self, ModalitiesBenchmark.self,
            OwnKnowledgeBenchmark.self, PretrainedBenchmark.self,
        ], defaultSubcommand: AllBenchmarks.self)

    /// Flushes each row immediately, even if the output is a file.
    static func main() async {
        setvbuf(stdout, nil, _IOLBF, 0)
        await main(nil)
    }
}
