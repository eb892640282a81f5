import ArgumentParser

/// Reads a user's data and runs packages, in a process of its own: `gyrus` starts without libtorch and the decoders.
@main
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gyrus-data", abstract: "Look at data, prepare them, and answer for them with a network.",
        subcommands: [PrepareCommand.self, PackageCommand.self, PredictCommand.self])
}
