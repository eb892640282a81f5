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
        try TextFile.read(file, as: "scenario", hint: "; an example is Compose/scenarios/av-mnist.yaml")
    }
}
