import ArgumentParser
import Brain
import DesignerClient
import Foundation
import Model
import RegistryClient

/// Explains what a scenario engages, or what a network's answer is based on.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain what a scenario engages, or what a network's answer is based on.",
        discussion: """
            A file is resolved as if it were published now, which includes preparing its data; for an ID, the command \
            shows what the search uses. Words are stimuli, separated by commas. The networks at the end are from earlier \
            searches; the knowledge service would try them first.

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
        guard let subject = try await subject(services) else { return try await explainWords(services) }
        let explained = try await services.designer().explain(
            subject, networks: all ? 1_000 : ExplanationView.usualRows)
        let structures = explained.structures.map(StructureRow.init)
        let ranking = explained.ranking.map(StructureAttentionRow.init)
        let attention = explained.networks.map(AttentionRow.init)
        if format == .json {
            emit(
                try json(
                    ExplainedScenario(
                        explanation: explained.explanation, structures: structures,
                        ranking: explained.unknown == nil ? ranking : nil,
                        attention: explained.unknown == nil ? attention : nil)))
        } else {
            emit(view(explained.explanation))
            emit("\n" + StructureRow.section(structures))
            if let section = StructureAttentionRow.section(ranking) { emit("\n" + section) }
            emit("\n" + AttentionRow.section(attention, unknown: explained.unknown))
        }
    }

    /// The scenario to explain; nil for bare words, which are not one.
    private func subject(_ services: Services) async throws -> ScenarioExplanation.Subject? {
        // A file that does not exist is reported as such, not as an unknown ID.
        let isPath = scenario.contains("/") || scenario.hasSuffix(".yaml") || scenario.hasSuffix(".yml")
        if isPath || scenario == "-" || FileManager.default.fileExists(atPath: scenario) {
            let name = ScenarioSource.name(of: scenario)
            let text = try await OwnData.prepared(
                ScenarioSource.read(scenario), file: name, folder: ScenarioSource.folder(of: scenario)
            ) { try await services.registry() }
            return .text(text, file: name)
        }
        // IDs contain no spaces.
        return scenario.contains(" ") ? nil : .published(scenario)
    }

    private func explainWords(_ services: Services) async throws {
        let stimuli = scenario.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let request = Resolver.Request(stimuli: stimuli.filter { !$0.isEmpty })
        let explanation = try await services.registry().explain(request)
        emit(
            format == .json
                ? try json(
                    ExplainedScenario(explanation: explanation, structures: nil, ranking: nil, attention: nil))
                : view(explanation))
    }

    private func view(_ explanation: Explanation) -> String {
        ExplanationView(explanation, most: all ? .max : ExplanationView.usualRows).text
    }
}
