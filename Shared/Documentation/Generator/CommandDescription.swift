import Foundation
import HelperProcesses
import Model

/// A command's description by swift-argument-parser (`--experimental-dump-help`).
struct CommandDescription: Decodable {
    /// An argument, option or flag.
    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String
        }

        let kind: String
        let shouldDisplay: Bool
        let isOptional: Bool
        let isRepeating: Bool
        let names: [Name]?
        let valueName: String?
        let defaultValue: String?
        let abstract: String?
    }

    let commandName: String
    let shouldDisplay: Bool?
    let abstract: String?
    let discussion: String?
    let defaultSubcommand: String?
    let subcommands: [CommandDescription]?
    let arguments: [Argument]?

    private struct Dump: Decodable {
        let command: CommandDescription
    }

    /// Gets the description from an executable next to the running one.
    init(of program: String) throws {
        let beside = ProgramBeside(program)
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: beside.path)
        process.arguments = ["--experimental-dump-help"]
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw beside.failure("cannot be run: \(error.localizedDescription)")
        }
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard let dump = try? JSONDecoder().decode(Dump.self, from: text) else {
            throw beside.failure("does not describe its commands.")
        }
        self = dump.command
    }
}
