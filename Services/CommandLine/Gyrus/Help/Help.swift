import ArgumentParser
import Foundation
import Manual
import Model
import ServiceClient

/// Explains a command, or a topic beyond a single command.
struct Help: ParsableCommand {
    /// Output format.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case markdown
        case jsonSchema = "json-schema"
        case man
    }

    static let configuration = CommandConfiguration(
        abstract: "Explain a command or a topic: scenario, concepts.",
        discussion: """
              gyrus help models show
              gyrus help scenario          all fields of a scenario file
              gyrus help concepts          the terms that Gyrus uses
              gyrus help scenario --format json-schema > scenario.schema.json
              gyrus help --format man --output ~/.local/share/man/man1    for 'man gyrus-predict'
            """)

    @Option(help: "Output format: text, man for a command's man page, or, for 'scenario', markdown or json-schema.")
    var format: Format = .text

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Folder for the man pages of all commands.", valueName: "folder"))
    var output: String?

    @Argument(help: ArgumentHelp("A command, such as 'models show', or a topic.", valueName: "word"))
    var words: [String] = []

    func validate() throws {
        guard output == nil || format == .man && words.isEmpty else {
            throw ValidationError("--output requires --format man and no command: it writes the pages of all commands.")
        }
    }

    func run() throws {
        switch (words, format) {
        case (["scenario"], .text): emit(ScenarioReference.text())
        case (["scenario"], .markdown): emit(ScenarioReference.markdown)
        case (["scenario"], .jsonSchema): emit(ScenarioSchema.json)
        case (_, .markdown), (_, .jsonSchema):
            throw Failure(
                .invalidArgument, "--format \(format.rawValue) applies only to 'gyrus help scenario'; leave it out.")
        case (_, .man): try showManualPages()
        case (["concepts"], .text): emit(Manual.glossary.document.text())
        case (_, .text): emit(Gyrus.helpMessage(for: try Self.command(of: words)))
        }
    }

    private func showManualPages() throws {
        let program = try CommandDescription(dump: Data(Gyrus._dumpHelp().utf8))
        let pages = ManualPage.pages(of: program, version: GyrusVersion.current)
        guard let output else {
            _ = try Self.command(of: words)
            let name = (["gyrus"] + words).joined(separator: "-") + ".1"
            guard let page = pages.first(where: { $0.file == name }) else {
                throw Failure(.notFound, "there is no man page for 'gyrus \(words.joined(separator: " "))'")
            }
            return emit(page.text)
        }
        let folder = try Download.folder(output)
        for page in pages { try Data(page.text.utf8).write(to: folder.appending(path: page.file)) }
        say("\(pages.count) pages are in \(output). If 'man' does not find them, add its parent folder to MANPATH.")
    }

    private static let topics = ["scenario", "concepts"]

    /// The command at a path of subcommand names.
    static func command(of words: [String]) throws -> any ParsableCommand.Type {
        if let unknown = UnknownCommand.find(in: words) {
            let names = unknown.names + (unknown.group == "gyrus" ? topics : [])
            throw UnknownCommand(word: unknown.word, group: unknown.group, names: names).failure
        }
        return words.reduce(Gyrus.self) { command, word in
            command.configuration.subcommands.first { $0._commandName == word } ?? command
        }
    }
}
