public import Foundation
import Model

/// A command's description by swift-argument-parser (`--experimental-dump-help`).
public struct CommandDescription: Decodable, Sendable {
    /// An argument, option or flag.
    public struct Argument: Decodable, Sendable {
        /// One of its names.
        public struct Name: Decodable, Sendable {
            /// `long` or `short`.
            public let kind: String
            /// The name without hyphens.
            public let name: String
        }

        /// `positional`, `option` or `flag`.
        public let kind: String
        /// Whether help lists it.
        public let shouldDisplay: Bool
        /// Whether it can be left out.
        public let isOptional: Bool
        /// Whether it can be given several times.
        public let isRepeating: Bool
        /// Its names; nil for a positional argument.
        public let names: [Name]?
        /// Placeholder of its value.
        public let valueName: String?
        /// The value if it is left out.
        public let defaultValue: String?
        /// What it means.
        public let abstract: String?
    }

    /// The command's own name, without those of its groups.
    public let commandName: String
    /// Whether help lists it.
    public let shouldDisplay: Bool?
    /// What it does, in one sentence.
    public let abstract: String?
    /// More about it; indented lines are examples.
    public let discussion: String?
    /// The commands below it.
    public let subcommands: [CommandDescription]?
    /// Its arguments and options.
    public let arguments: [Argument]?

    private struct Dump: Decodable {
        let command: CommandDescription
    }

    /// Reads what `--experimental-dump-help` prints.
    /// - Throws: `Failure` if the text is not such a description.
    public init(dump: Data) throws {
        do {
            self = try JSONDecoder().decode(Dump.self, from: dump).command
        } catch {
            throw Failure(.internal, "A description of commands cannot be read: \(error)")
        }
    }
}

extension CommandDescription {
    /// A paragraph or the lines of an example in a command's discussion.
    public enum Block: Hashable, Sendable {
        /// A paragraph, without line breaks.
        case text(String)
        /// Lines to type.
        case example([String])
    }

    /// The parts of the discussion, in order.
    public var blocks: [Block] {
        let lines = (discussion ?? "").split(separator: "\n").map(String.init)
        func isExample(_ line: Int) -> Bool { lines[line].hasPrefix("  ") }
        return lines.indices.filter { $0 == 0 || isExample($0) != isExample($0 - 1) }.map { start in
            let block = lines[start...].indices.prefix { isExample($0) == isExample(start) }.map { lines[$0] }
            return isExample(start)
                ? .example(block.map { String($0.dropFirst(2)) }) : .text(block.joined(separator: " "))
        }
    }

    /// The visible commands below it, without `help`.
    public var verbs: [CommandDescription] {
        (subcommands ?? []).filter { ($0.shouldDisplay ?? true) && $0.commandName != "help" }
    }

    /// The arguments that are listed with a command.
    /// - Parameter hasCommon: Whether to include those that all commands of the program have.
    public func listed(hasCommon: Bool) -> [Argument] {
        let common = ["version", "project-name", "project-directory"]
        return (arguments ?? []).filter { argument in
            let name = argument.names?.last?.name ?? ""
            return argument.shouldDisplay && name != "help" && (hasCommon || !common.contains(name))
        }
    }

    /// The command with its arguments, as one line: `gyrus predict [options] <model> [<inputs> ...]`.
    /// - Parameter path: The names of its groups and its own.
    public func usage(_ path: [String], _ arguments: [Argument]) -> String {
        let words = arguments.compactMap { argument -> String? in
            guard argument.kind == "positional" || !argument.isOptional else { return nil }
            let word = argument.label + (argument.isRepeating ? " ..." : "")
            return argument.isOptional ? "[\(word)]" : word
        }
        let options = arguments.contains { $0.kind != "positional" && $0.isOptional } ? ["[options]"] : []
        return (path + options + words + (verbs.isEmpty ? [] : ["<verb>"])).joined(separator: " ")
    }
}

extension CommandDescription.Argument {
    /// Its names and value as they are typed: `-o, --output <folder>`.
    public var label: String {
        let value = "<\(valueName ?? "value")>"
        guard kind != "positional" else { return value }
        let names = (names ?? []).map { $0.kind == "long" ? "--\($0.name)" : "-\($0.name)" }
        return names.joined(separator: ", ") + (kind == "option" ? " \(value)" : "")
    }
}
