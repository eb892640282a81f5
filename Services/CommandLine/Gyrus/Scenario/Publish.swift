import ArgumentParser
import DesignerClient
import Foundation
import Launcher
import Model

/// Publishes a scenario.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish a scenario: the designer searches for a network.",
        discussion: """
            Prints the scenario's identity once it is safely in the queue.

              gyrus publish Compose/scenarios/av-mnist.yaml --wait
              id=$(gyrus publish mine.yaml) && gyrus watch "$id"

            Data of your own ('data: {source: …}') are prepared and put into the registry first, so
            that no worker needs them; what was prepared before is found again.
            """)

    @ParentCommand var gyrus: Gyrus

    @Flag(name: [.short, .long], help: "Follow the search to its end; exit status 1 if it fails.")
    var wait = false

    @Flag(help: "Use data that Gyrus makes itself instead of the data sets in the file.")
    var synthetic = false

    @Option(help: "Identity of the scenario; publishing again under the same one changes nothing (default: random).")
    var id: String?

    @Argument(help: ArgumentHelp("The scenario's file; - for stdin.", valueName: "file"))
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
        let board = WatchBoard(services: services, designer: designer, output: .talk)
        try await board.run(status.id.text)
    }

    /// The text with the synthetic data set in place of each real one; lines and columns before them stay.
    static func substituting(_ text: String) throws -> String {
        try KnownDataset.all.filter { !$0.isSynthetic }.reduce(text) { text, set in
            let words = try? Regex("((?:dataset|noise)\\s*:\\s*[\"']?)\(set.name)\\b")
            guard let words, text.contains(words) else { return text }
            let synthetic = try set.synthetic
            return text.replacing(words) { match in String(match.0.dropLast(set.name.count)) + synthetic }
        }
    }
}
