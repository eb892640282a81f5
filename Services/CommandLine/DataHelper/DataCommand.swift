import ArgumentParser

/// Reads users' data and runs packages in a separate process. `gyrus` itself starts without libtorch and media decoders,
/// and survives files that crash one of them.
@main
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gyrus-data", abstract: "Inspect and prepare data, and predict on it with a network.",
        subcommands: [
            LookCommand.self, PrepareCommand.self, ViewCommand.self, ExtractCommand.self, TuneCommand.self,
            LearnCommand.self, PackageCommand.self, PredictCommand.self, EvaluateCommand.self, ExplainCommand.self,
            AnswerCommand.self,
        ])
}
