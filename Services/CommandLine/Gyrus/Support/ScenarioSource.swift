import Foundation
import Model

/// A scenario given on the command line.
enum ScenarioSource {
    /// Name of the file for messages.
    static func name(of file: String) -> String {
        file == "-" ? "stdin" : URL(filePath: file).lastPathComponent
    }

    /// The folder that paths in the file are relative to; the working folder for stdin.
    static func folder(of file: String) -> URL {
        file == "-"
            ? URL(filePath: FileManager.default.currentDirectoryPath)
            : URL(filePath: file).absoluteURL.deletingLastPathComponent()
    }

    /// The text of a scenario file, or of stdin for `-`.
    static func read(_ file: String) throws -> String {
        try text(of: file, what: "scenario", hint: "; an example is Compose/scenarios/av-mnist.yaml")
    }

    /// The text of any file, or of stdin for `-`.
    static func text(of file: String, what: String, hint: String = "") throws -> String {
        let data: Data
        do {
            data =
                file == "-" ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(filePath: file))
        } catch {
            guard FileManager.default.fileExists(atPath: file) else {
                throw Failure(.invalidArgument, "cannot read the \(what): there is no file '\(file)'\(hint)")
            }
            throw Failure(
                .invalidArgument,
                "cannot read the \(what) '\(file)': \(error.localizedDescription)\(hint)")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Failure(.invalidArgument, "'\(file)' is not UTF-8 text, so it is not a \(what)")
        }
        return text
    }
}
