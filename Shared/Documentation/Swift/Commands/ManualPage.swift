/// A command's page for `man`, in the macros of `man(7)`.
public struct ManualPage: Sendable {
    /// Name of its file, such as `gyrus-models-show.1`.
    public var file: String { "\(path.joined(separator: "-")).1" }

    private let command: CommandDescription
    private let path: [String]
    private let version: String

    private init(_ command: CommandDescription, _ path: [String], _ version: String) {
        self.command = command
        self.path = path
        self.version = version
    }

    /// The pages of a program and all commands below it.
    /// - Parameter version: The program's version, which the pages show.
    public static func pages(of program: CommandDescription, version: String) -> [ManualPage] {
        func pages(_ command: CommandDescription, below path: [String]) -> [ManualPage] {
            let path = path + [command.commandName]
            return [ManualPage(command, path, version)] + command.verbs.flatMap { pages($0, below: path) }
        }
        return pages(program, below: [])
    }

    /// The page.
    public var text: String {
        let name = path.joined(separator: " ")
        let arguments = command.listed(hasCommon: path.count == 1)
        var lines = [
            ".TH \(Self.quoted(path.joined(separator: "-").uppercased())) 1 \"\" \(Self.quoted("\(path[0]) \(version)")) "
                + Self.quoted("\(path[0]) manual"),
            ".SH NAME", "\(Self.escaped(path.joined(separator: "-"))) \\- \(Self.escaped(command.abstract ?? ""))",
            ".SH SYNOPSIS", ".B \(Self.escaped(name))",
            Self.escaped(String(command.usage(path, arguments).dropFirst(name.count + 1))),
        ]
        if !command.blocks.isEmpty { lines.append(".SH DESCRIPTION") }
        for block in command.blocks {
            switch block {
            case .text(let text): lines += [".PP", Self.line(text)]
            case .example(let example): lines += [".PP", ".nf", ".RS 4"] + example.map(Self.line) + [".RE", ".fi"]
            }
        }
        if !arguments.isEmpty {
            lines.append(".SH OPTIONS")
            for argument in arguments {
                let usual = argument.defaultValue.map { " Default: \($0)." } ?? ""
                lines += [".TP", ".B \(Self.escaped(argument.label))", Self.line((argument.abstract ?? "") + usual)]
            }
        }
        if !command.verbs.isEmpty {
            lines.append(".SH COMMANDS")
            for verb in command.verbs {
                lines += [".TP", ".B \(Self.escaped(verb.commandName))", Self.line(verb.abstract ?? "")]
            }
        }
        let others = [path.dropLast()] + command.verbs.map { path + [$0.commandName] }
        let pages = others.filter { !$0.isEmpty }.map { ".BR \(Self.escaped($0.joined(separator: "-"))) (1)" }
        if !pages.isEmpty {
            lines += [".SH SEE ALSO"] + pages.dropLast().map { "\($0)," } + pages.suffix(1)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Text in which nothing is a request or an escape of roff, and hyphens can be copied.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\n", with: " ")
    }

    /// A line of its own, which must not begin as a request.
    private static func line(_ text: String) -> String {
        let line = escaped(text)
        return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&\(line)" : line
    }

    private static func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "'"))\"" }
}
