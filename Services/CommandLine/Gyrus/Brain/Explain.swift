import ArgumentParser
import Brain
import DesignerClient
import Foundation
import Model
import RegistryClient

/// Explains what a scenario engages.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show which functions, regions, areas and networks a scenario engages, and why.",
        discussion: """
            A file is resolved as it would be if it were published now; an identity shows what its search uses. Words are
            stimuli, several of them separated by commas.

              gyrus explain 'see written digits, hear spoken digits'
              gyrus explain Compose/scenarios/av-mnist.yaml
              gyrus explain 3fa27c11 --format json
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: "Form of the output: table or json.") var format: ListFormat = .table
    @Flag(help: "Show all active regions, all areas and all candidate networks.") var all = false
    @Argument(
        help: ArgumentHelp(
            "A scenario's file, - for stdin, the identity of a published one, or stimuli in words.",
            valueName: "scenario"))
    var scenario: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let explanation = try await explanation(services)
        emit(
            format == .json
                ? try json(explanation)
                : ExplanationView(explanation, most: all ? .max : ExplanationView.usualRows).text)
    }

    private func explanation(_ services: Services) async throws -> Explanation {
        if scenario == "-" || FileManager.default.fileExists(atPath: scenario) { return try await resolve(services) }
        // No identity contains a space.
        guard scenario.contains(" ") else { return try await services.designer().explanation(of: scenario) }
        let stimuli = scenario.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return try await services.registry().explain(Resolver.Request(stimuli: stimuli.filter { !$0.isEmpty }))
    }

    private func resolve(_ services: Services) async throws -> Explanation {
        let text = try ScenarioSource.read(scenario)
        let file = try ScenarioFile(text, file: ScenarioSource.name(of: scenario))
        let registry = try await services.registry()
        let result: Result<Explanation, any Error>
        do {
            result = .success(try await registry.explain(Resolver.Request(file.scenario)))
        } catch {
            result = .failure(error)
        }
        return try file.locating { try result.get() }
    }
}

/// The text of a scenario that a person names on the command line.
enum ScenarioSource {
    /// Name of the file, for messages.
    static func name(of file: String) -> String {
        file == "-" ? "stdin" : URL(filePath: file).lastPathComponent
    }

    /// The text of a file, or of stdin where it is `-`.
    static func read(_ file: String) throws -> String {
        let data: Data
        do {
            data =
                file == "-" ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(filePath: file))
        } catch {
            throw Failure(
                .invalidArgument,
                "cannot read the scenario '\(file)': \(error.localizedDescription); an example is "
                    + "Compose/scenarios/av-mnist.yaml")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Failure(.invalidArgument, "'\(file)' is no text in UTF-8, so it is no scenario")
        }
        return text
    }
}
