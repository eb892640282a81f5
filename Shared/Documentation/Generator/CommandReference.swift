import Manual

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
        let names = path + [command.commandName]
        var parts = ["## `\(names.joined(separator: " "))`"]
        if let abstract = command.abstract { parts.append(abstract) }
        let arguments = command.listed(hasCommon: path.isEmpty)
        parts.append("```text\n\(command.usage(names, arguments))\n```")
        parts += command.blocks.map { block in
            switch block {
            case .text(let text): text.markingCode
            case .example(let lines): "```\n\(lines.joined(separator: "\n"))\n```"
            }
        }
        if !arguments.isEmpty {
            let rows = arguments.map { argument in
                let usual = argument.defaultValue.map { " Default: `\($0)`." } ?? ""
                return "| `\(argument.label.escapingBars)` | \(((argument.abstract ?? "") + usual).escapingBars) |"
            }
            parts.append("| option | meaning |\n| --- | --- |\n" + rows.joined(separator: "\n"))
        }
        return [parts.joined(separator: "\n\n")] + command.verbs.flatMap { sections($0, below: names) }
    }
}

extension String {
    fileprivate var escapingBars: String { replacing("|", with: "\\|").replacing("\n", with: " ") }

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
