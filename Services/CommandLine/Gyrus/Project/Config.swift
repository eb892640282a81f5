import ArgumentParser
import Launcher
import Model

/// Prints the Compose file as the launcher reads it.
struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the Compose file and print it with its variables resolved.",
        discussion: "  gyrus config --services")

    @ParentCommand var gyrus: Gyrus

    @Flag(name: .long, help: "Print only the names of the services.")
    var services = false

    @Flag(name: [.short, .long], help: "Check only; print nothing.")
    var quiet = false

    @Option(name: .long, help: "Output format: yaml or json.")
    var format: ConfigFormat = .yaml

    enum ConfigFormat: String, ExpressibleByArgument, CaseIterable {
        case yaml, json
    }

    func run() async throws {
        let session = try Session(gyrus.project)
        let project = try session.locator.project(in: session.directory) { say("gyrus: \($0)") }
        if quiet { return }
        if services { return project.services.keys.sorted().forEach { emit($0) } }
        let rendered = RenderedProject(project, name: session.directory.name)
        emit(format == .json ? try json(rendered) : try rendered.yaml())
    }
}
