import ArgumentParser
import Model

/// An unknown word in place of a command name, with a suggestion.
struct UnknownCommand {
    let word: String
    /// The command without such a subcommand, such as `gyrus models`.
    let group: String
    let names: [String]

    /// Finds the unknown word among the arguments.
    /// - Parameter unexpected: The word that the parser rejected; nil for the first word.
    static func find(in arguments: [String], unexpected: String? = nil) -> UnknownCommand? {
        var command: any ParsableCommand.Type = Gyrus.self
        var path = ["gyrus"]
        for argument in arguments.filter({ !$0.hasPrefix("-") }) {
            let children = subcommands(of: command)
            if children.isEmpty { return nil }
            if let child = children[argument] {
                command = child
                path.append(argument)
            } else if unexpected == nil || unexpected == argument {
                let names = children.filter { $0.value.configuration.shouldDisplay }.keys.sorted()
                return UnknownCommand(word: argument, group: path.joined(separator: " "), names: names)
            }
        }
        return nil
    }

    /// All subcommands, grouped or not, by name.
    private static func subcommands(of command: any ParsableCommand.Type) -> [String: any ParsableCommand.Type] {
        let configuration = command.configuration
        let all = configuration.subcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
        return Dictionary(all.map { ($0._commandName, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var failure: Failure {
        let nearest = NearestName.of(Self.synonyms[word] ?? word, among: names)
        let question = nearest.map { " Did you mean '\($0)'?" } ?? " Known are \(names.joined(separator: ", "))."
        return Failure(
            .invalidArgument, "unknown command '\(word)' of '\(group)'.\(question) See: \(group) --help")
    }

    /// Command names of other programs.
    private static let synonyms = [
        "delete": "rm", "remove": "rm", "ls": "list", "describe": "show", "inspect": "show", "status": "ps",
        "submit": "publish", "run": "publish", "follow": "watch", "kill": "cancel",
    ]
}

extension Gyrus {
    /// The arguments from the verb on, without the options before it.
    static func afterOptions(_ arguments: [String]) -> [String] {
        var rest = arguments[...]
        while let first = rest.first, first.hasPrefix("-") {
            rest = rest.dropFirst(optionsWithValue.contains(first) ? 2 : 1)
        }
        return Array(rest)
    }

    /// The failure for arguments that could not be parsed: an unknown command if that is the cause.
    static func clarified(_ error: any Error, _ arguments: [String]) -> any Error {
        let text = message(for: error)
        let words = afterOptions(arguments)
        // The options of an unknown command are unknown, too.
        if text.contains("Unknown option"), let verb = words.first, !verb.hasPrefix("-"),
            let unknown = UnknownCommand.find(in: [verb])
        {
            return unknown.failure
        }
        guard text.lowercased().contains("unexpected argument"),
            let unexpected = text.split(separator: "'", omittingEmptySubsequences: false).dropFirst().first,
            let unknown = UnknownCommand.find(in: words, unexpected: String(unexpected))
        else { return error }
        return unknown.failure
    }
}
