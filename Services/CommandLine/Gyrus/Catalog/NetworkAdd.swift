import ArgumentParser
import Foundation
import Model
import Networks
import RegistryClient

/// Adds a user-defined structure.
struct NetworkAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add your own structure, for searches to choose from like the built-in ones.",
        discussion: """
              gyrus networks add two-blocks.yaml
              gyrus networks add two-blocks.yaml --check

            The file contains a name, the input kind (picture, spectrogram, waveform, text, table, series) and the layers.
            Numbers in layers can be products with variables, such as '16 * width': width, depth, outputs, and those of the
            input: channels, size, bands, length, vocabulary, columns. Before anything is stored, a network is built for
            each form of input. From then on, searches on your own data use the structure; 'search.structures' selects it,
            or excludes it with '-NAME'. See: gyrus help networks, or the manual's page on structures.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var form: FormatOption

    @Flag(help: "Only check the file and show the resulting network; store nothing.")
    var check = false

    @Argument(help: "Structure file (YAML or JSON).", completion: .file())
    var file: String

    func run() async throws {
        let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
        let template = try StructureTemplate(json: ScenarioFile.structure(text, file: file))
        var network = BaseNetwork(
            name: template.family.name, category: template.family.category, areas: areas(of: template),
            functions: template.family.functions,
            parameters: UInt64(clamping: try template.example.parameterCount),
            operations: UInt64(clamping: try template.example.multiplyAccumulates),
            description: template.canonicalJSON, format: BaseNetwork.structureFormat)
        if !check { network = try await Services(gyrus.project).registry().register(network) }
        let shapes = try template.example.validate()
        let layers = template.example.layers.map { layer in
            let shape = (shapes[layer.name] ?? []).map(String.init).joined(separator: "×")
            return (layer.name, "\(layer.operation.summary): \(shape)")
        }
        try form.render(
            NetworkRow(network),
            pairs([("Structure", template.family.name), ("Identity", network.id?.hexadecimal)] + layers))
    }
}

/// The areas that list the structure: its own or, if it names none, the areas that perceive its input. No area
/// perceives tables.
private func areas(of template: StructureTemplate) -> [String] {
    guard template.family.areas.isEmpty else { return template.family.areas }
    return Set(template.forms.map { $0.usualInput.kind.area ?? "association" }).sorted()
}

extension RegistryClient {
    /// User-defined structures that fit any of the inputs, each as JSON; only the latest of each name. Nil if there are none.
    func structures(for inputs: [InputSignature]) async throws -> [String]? {
        var latest: [String: BaseNetwork] = [:]
        for network in try await networks(.init(filter: ["format": BaseNetwork.structureFormat])) {
            let known = latest[network.name]?.created ?? .distantPast
            if network.created ?? .distantPast >= known { latest[network.name] = network }
        }
        var found: [String] = []
        for network in latest.values.sorted(by: { $0.name < $1.name }) {
            guard let id = network.id else { continue }
            let text = try await self.network(id).description
            let family = try StructureTemplate(json: text).family
            if inputs.contains(where: family.takes) { found.append(text) }
        }
        return found.isEmpty ? nil : found
    }
}
