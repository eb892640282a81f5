import ArgumentParser
import Launcher
import Model

/// Changes the number of a service's processes.
struct Scale: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change the number of a service's processes.", discussion: "  gyrus scale trainer-worker=8")

    @ParentCommand var gyrus: Gyrus

    @Flag(name: .long, help: "Do not wait until they run.")
    var noWait = false

    @Argument(help: ArgumentHelp("Services and their numbers of processes.", valueName: "service=number"))
    var counts: [ScaleArgument]

    func run() async throws {
        let session = try Session(gyrus.project)
        let status = try await session.ask(.scale(try ScaleArgument.counts(counts)))
        guard !noWait else { return }
        try await Waiting(session: session, names: Set(counts.map(\.service)), timeout: .seconds(60)).untilUp(status)
    }
}
