import ArgumentParser
import Brain
import DesignerClient
import Foundation
import Model
import RegistryClient
import Search

/// Explains what a scenario engages, or what a network's answer is based on.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain what a scenario engages, or what a network's answer is based on.",
        discussion: """
            A file is resolved as if it were published now; for an ID, the command shows what the search uses. Words are \
            stimuli, separated by commas. The networks at the end are from earlier searches; the knowledge service would \
            try them first.

              gyrus explain 'see written digits, hear spoken digits'
              gyrus explain Compose/scenarios/av-mnist.yaml
              gyrus explain 3fa27c11 --format json

            With a sample, which is a file or a row of a table, the first argument is a network as for 'gyrus predict'. \
            Parts of the sample are removed in turn: regions of a picture, seconds of a sound, words of a text, columns of \
            a table, steps of a series, and each modality as a whole. The more the answer drops, the more the part matters.

              gyrus explain results/clothes picture.jpg --output map.png
              gyrus explain results/skin --table new.csv --row 7 --answer melanoma
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: "Output format: table or json.") var format: ListFormat = .table
    @Flag(help: "Show all active regions, areas and candidate networks.") var all = false
    @Argument(
        help: ArgumentHelp(
            "Scenario file, - for stdin, ID of a published scenario, or stimuli in words; with a sample, a network.",
            valueName: "scenario"))
    var scenario: String
    @OptionGroup(title: "A network's answer") var sample: ExplainedSample

    func run() async throws {
        guard !sample.isGiven else { return try await sample.explain(scenario, gyrus.project, format) }
        try sample.refuse()
        let services = try Services(gyrus.project)
        let (scenario, explanation) = try await explained(services)
        var attention: Result<[AttentionRow], Failure>?
        var ranking: Result<[StructureAttentionRow], Failure>?
        if let scenario {
            let knowledge = try await ScenarioAttention(scenario, explanation, services)
            ranking = try await knowledge.structures()
            attention = try await knowledge.networks(limit: all ? 1000 : ExplanationView.usualRows)
        }
        if format == .json {
            let structures = try scenario.map { try StructureRow.rows($0, explanation) }
            emit(
                try json(
                    ExplainedScenario(
                        explanation: explanation, structures: structures, ranking: try? ranking?.get(),
                        attention: try? attention?.get())))
        } else {
            emit(ExplanationView(explanation, most: all ? .max : ExplanationView.usualRows).text)
            if let scenario { emit("\n" + (try StructureRow.section(scenario, explanation))) }
            if let section = ranking.flatMap(StructureAttentionRow.section) { emit("\n" + section) }
            if let attention { emit("\n" + AttentionRow.section(attention)) }
        }
    }

    /// What to explain; bare words are not a scenario.
    private func explained(_ services: Services) async throws -> (Scenario?, Explanation) {
        // A file that does not exist is reported as such, not as an unknown ID.
        let isPath = scenario.contains("/") || scenario.hasSuffix(".yaml") || scenario.hasSuffix(".yml")
        if isPath || scenario == "-" || FileManager.default.fileExists(atPath: scenario) {
            return try await resolve(services)
        }
        // IDs contain no spaces.
        guard scenario.contains(" ") else { return try await published(services) }
        let stimuli = scenario.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let request = Resolver.Request(stimuli: stimuli.filter { !$0.isEmpty })
        return (nil, try await services.registry().explain(request))
    }

    private func published(_ services: Services) async throws -> (Scenario?, Explanation) {
        let designer = try await services.designer()
        let explanation = try await designer.explanation(of: scenario)
        let text = try await designer.scenario(scenario).text
        return (try ScenarioSource.parsed(text, file: "scenario").scenario, explanation)
    }

    private func resolve(_ services: Services) async throws -> (Scenario?, Explanation) {
        let file = try ScenarioSource.parsed(scenario)
        let registry = try await services.registry()
        let result: Result<Explanation, any Error>
        do {
            result = .success(try await registry.explain(Resolver.Request(file.scenario)))
        } catch {
            result = .failure(error)
        }
        return (file.scenario, try file.locating { try result.get() })
    }
}
