import ArgumentParser

/// Repeats what was published, with scenarios that the services carry out.
struct Reproduce: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Repeat a published experiment, with its tables beside the published ones.",
        subcommands: [ReproduceAVMnist.self])
}
