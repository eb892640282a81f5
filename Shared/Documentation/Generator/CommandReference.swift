/// The page about all commands.
enum CommandReference {
    /// The page, from the commands of all programs.
    static func markdown(_ programs: [CommandDescription]) -> String {
        var parts = [
            """
            # Command reference

            `gyrus help VERB` prints the same. Results go to stdout, everything else to stderr. Project options \
            (`--project-name`, `--project-directory`, `--file`) go before or after the verb. Exit status: 0 done, 1 failed, \
            2 wrong usage or request, 69 a service cannot be reached, 75 try again later, 77 not admitted, 78 wrong \
            configuration.
            """
        ]
        for program in programs { parts += sections(program, below: []) }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func sections(_ command: CommandDescription, below path: [String]) -> [String] {
        guard command.shouldDisplay ?? true, command.commandName != "help" else { return [] }
        let names = path + [command.commandName]
        let subcommands = command.subcommands ?? []
        var parts = ["## `\(names.joined(separator: " "))`"]
        if let abstract = command.abstract { parts.append(abstract) }
        let arguments = (command.arguments ?? []).filter { argument in
            let isCommon = ["help", "version", "project-name", "project-directory"].contains(argument.names?.last?.name)
            return argument.shouldDisplay && !(isCommon && !path.isEmpty) && argument.names?.last?.name != "help"
        }
        parts.append(
            "```text\n\(usage(names, arguments, hasVerbs: subcommands.contains { $0.commandName != "help" }))\n```")
        if let discussion = command.discussion { parts += blocks(of: discussion) }
        if !arguments.isEmpty {
            let rows = arguments.map { argument in
                let usual = argument.defaultValue.map { " Default: `\($0)`." } ?? ""
                return "| `\(label(of: argument).escapingBars)` | \(((argument.abstract ?? "") + usual).escapingBars) |"
            }
            parts.append("| option | meaning |\n| --- | --- |\n" + rows.joined(separator: "\n"))
        }
        return [parts.joined(separator: "\n\n")] + subcommands.flatMap { sections($0, below: names) }
    }

    /// The parts of a discussion: indented lines are examples, others are text.
    private static func blocks(of discussion: String) -> [String] {
        let lines = discussion.split(separator: "\n").map(String.init)
        return lines.indices.filter { $0 == 0 || lines[$0].isExample != lines[$0 - 1].isExample }.map { start in
            let block = lines[start...].prefix { $0.isExample == lines[start].isExample }
            return lines[start].isExample
                ? "```\n\(block.map { String($0.dropFirst(2)) }.joined(separator: "\n"))\n```"
                : block.joined(separator: " ").markingCode
        }
    }

    private static func usage(
        _ names: [String], _ arguments: [CommandDescription.Argument], hasVerbs: Bool
    ) -> String {
        let words = arguments.compactMap { argument -> String? in
            guard argument.kind == "positional" || !argument.isOptional else { return nil }
            let word = label(of: argument) + (argument.isRepeating ? " ..." : "")
            return argument.isOptional ? "[\(word)]" : word
        }
        let options = arguments.contains { $0.kind != "positional" && $0.isOptional } ? ["[options]"] : []
        return (names + options + words + (hasVerbs ? ["<verb>"] : [])).joined(separator: " ")
    }

    private static func label(of argument: CommandDescription.Argument) -> String {
        let value = "<\(argument.valueName ?? "value")>"
        guard argument.kind != "positional" else { return value }
        let names = (argument.names ?? []).map { $0.kind == "long" ? "--\($0.name)" : "-\($0.name)" }
        return names.joined(separator: ", ") + (argument.kind == "option" ? " \(value)" : "")
    }
}

extension String {
    fileprivate var escapingBars: String { replacing("|", with: "\\|").replacing("\n", with: " ") }

    fileprivate var isExample: Bool { hasPrefix("  ") }

    /// The text with quoted words, options and placeholders as code; Markdown would take some of them for markup.
    fileprivate var markingCode: String {
        replacing(/(?<before>^|[ (])'(?<quoted>[^'`]+)'(?=$|[ .,;:)])/) { "\($0.before)`\($0.quoted)`" }
            .split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .map { index, part in index.isMultiple(of: 2) ? part.markingWordsAsCode : "`\(part)`" }
            .joined()
    }
}

extension Substring {
    /// Options and words with characters of markup as code, without the punctuation around them.
    fileprivate var markingWordsAsCode: String {
        split(separator: " ", omittingEmptySubsequences: false).map { word in
            let rest = word.drop { "([\"".contains($0) }
            let bare = rest.trimmingSuffix { ".,;:)\"".contains($0) }
            guard bare.hasPrefix("--") || bare.contains(where: { "<>*_|".contains($0) }) else { return String(word) }
            return "\(word.dropLast(rest.count))`\(bare)`\(rest.dropFirst(bare.count))"
        }.joined(separator: " ")
    }

    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, isTrimmed(last) { rest.removeLast() }
        return rest
    }
}
