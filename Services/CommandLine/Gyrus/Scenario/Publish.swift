import ArgumentParser
import DesignerClient
import Foundation
import Launcher
import Model

/// Publishes a scenario.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish a scenario and start the search for its network.",
        discussion: """
            Prints the scenario's ID once it is safely in the queue.

              gyrus publish Compose/scenarios/av-mnist.yaml --wait
              id=$(gyrus publish mine.yaml) && gyrus watch "$id"

            Your own data ('data: {source: …}') is first prepared and uploaded to the registry, so
            that workers do not need the source; data that is already prepared is reused.
            """)

    @ParentCommand var gyrus: Gyrus

    @Flag(name: [.short, .long], help: "Follow the search until it ends; exit status 1 if it fails.")
    var wait = false

    @Flag(help: "Use synthetic data instead of the datasets in the file.")
    var synthetic = false

    @Option(help: "ID of the scenario; publishing again under the same ID changes nothing (default: random).")
    var id: String?

    @Argument(help: ArgumentHelp("Scenario file, or - for stdin.", valueName: "file"))
    var file: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let identity = try id.map { try ScenarioID($0) } ?? .random()
        let source = try ScenarioSource.read(file)
        let name = ScenarioSource.name(of: file)
        let text =
            synthetic
            ? try Self.substituting(source)
            : try await OwnData.prepared(source, file: name, folder: ScenarioSource.folder(of: file)) {
                try await services.registry()
            }
        let designer = try await services.designer()
        let status = try await designer.publish(text, file: name, as: identity)
        emit(status.id.text)
        guard wait else {
            say("Published '\(status.name)'. Follow it with: \(services.command("watch \(status.id)"))")
            return
        }
        let board = WatchDisplay(services: services, designer: designer, output: .talk)
        try await board.run(status.id.text)
    }

    /// The text with each real dataset replaced by its synthetic one; line and column numbers before them do not change.
    static func substituting(_ text: String) throws -> String {
        try Preset.all.filter { !$0.isGenerated }.reduce(text) { text, set in
            let words = try? Regex("((?:dataset|noise)\\s*:\\s*[\"']?)\(set.name)\\b")
            guard let words, text.contains(words) else { return text }
            let synthetic = try set.generated
            return text.replacing(words) { match in String(match.0.dropLast(set.name.count)) + synthetic }
        }
    }
}
