import ArgumentParser

/// Reads the data of users and runs packages in a process of its own: `gyrus` starts without libtorch and the decoders of
/// pictures and sound, and a file of somebody else that crashes one stays out of it.
@main
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gyrus-data", abstract: "Look at data, prepare them, and answer for them with a network.",
        subcommands: [
            LookCommand.self, PrepareCommand.self, ViewCommand.self, ExtractCommand.self, TuneCommand.self,
            LearnCommand.self, PackageCommand.self, PredictCommand.self, EvaluateCommand.self, ExplainCommand.self,
            AnswerCommand.self,
        ])
}
