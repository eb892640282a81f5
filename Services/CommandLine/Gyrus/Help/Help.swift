import ArgumentParser
import Manual
import Model

/// Explains a command, or a topic beyond a single command.
struct Help: ParsableCommand {
    /// Output format of the scenario reference.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case markdown
        case jsonSchema = "json-schema"
    }

    static let configuration = CommandConfiguration(
        abstract: "Explain a command or a topic: scenario, concepts.",
        discussion: """
              gyrus help models show
              gyrus help scenario          all fields of a scenario file
              gyrus help concepts          the terms that Gyrus uses
              gyrus help scenario --format json-schema > scenario.schema.json
            """)

    @Option(help: "Output format of 'gyrus help scenario': text, markdown or json-schema.")
    var format: Format = .text

    @Argument(help: ArgumentHelp("A command, such as 'models show', or a topic.", valueName: "word"))
    var words: [String] = []

    func run() throws {
        switch (words, format) {
        case (["scenario"], .text): emit(ScenarioReference.text())
        case (["scenario"], .markdown): emit(ScenarioReference.markdown)
        case (["scenario"], .jsonSchema): emit(ScenarioSchema.json)
        case (_, .markdown), (_, .jsonSchema):
            throw Failure(.invalidArgument, "--format applies only to 'gyrus help scenario'; leave it out.")
        case (["concepts"], .text): emit(Manual.glossary.document.text())
        case (_, .text): emit(Gyrus.helpMessage(for: try Self.command(of: words)))
        }
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
