import ArgumentParser
import Foundation
import Model
import Tables

/// Writes a scenario for a user's data.
struct NewScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Write a scenario file for a folder or a table, with everything that was detected.",
        discussion: """
              gyrus new clothes > clothes.yaml
              gyrus new energy/buildings.csv --target heating,cooling --output energy.yaml

            Nothing is written next to the data.
            """)

    @OptionGroup var data: DataOptions

    @Option(name: [.short, .long], help: "File to write (default: stdout).")
    var output: String?

    @Flag(name: .long, help: "Replace the file if it exists.")
    var force = false

    func run() async throws {
        if let output, !force, FileManager.default.fileExists(atPath: output) {
            throw Failure(.conflict, "The file '\(output)' already exists; choose another name, or add --force.")
        }
        let text = ScenarioDraft(try DataLooking.report(try data.settings)).text
        guard let output else { return emit(String(text.dropLast())) }
        do {
            try Data(text.utf8).write(to: URL(filePath: output), options: .atomic)
        } catch {
            throw Failure(.invalidArgument, "Cannot write '\(output)': \(error.systemReason)")
        }
        say("gyrus: wrote \(output); next: gyrus publish \(output)")
    }
}
