import ArgumentParser

/// Reproduces published experiments with scenarios that the services run.
struct Reproduce: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reproduce a published experiment and compare the results.",
        subcommands: [ReproduceAVMnist.self])
}
