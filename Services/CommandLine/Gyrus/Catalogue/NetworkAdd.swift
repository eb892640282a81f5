import ArgumentParser
import Foundation
import Model
import Networks
import RegistryClient

/// Adds a structure of the user's own.
struct NetworkAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a structure of your own, which searches choose from like those of Gyrus.",
        discussion: """
              gyrus networks add two-blocks.yaml
              gyrus networks add two-blocks.yaml --check

            The file has a name, what the structure reads (picture, spectrogram, waveform, text, table, series) and its
            layers. Numbers of layers may be products of variables, such as '16 * width': width, depth, outputs, and those
            of the input: channels, size, bands, length, vocabulary, columns. A network of it is made for an input of each
            form before anything is stored. Searches on data of your own take it from then on; 'search.structures' names it
            alone, or leaves it out with '-NAME'. See: gyrus help networks, or the manual's page on structures.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var form: FormatOption

    @Flag(help: "Check the file and show the network that it makes; store nothing.")
    var check = false

    @Argument(help: "YAML or JSON file of the structure.", completion: .file())
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

/// The areas under which it is listed: its own or, where it names none, those that perceive what it reads. Tables are perceived
/// by no area of their own.
private func areas(of template: StructureTemplate) -> [String] {
    guard template.family.areas.isEmpty else { return template.family.areas }
    return Set(template.forms.map { $0.usualInput.kind.area ?? "association" }).sorted()
}

extension RegistryClient {
    /// Users' structures that can read one of several inputs, each as JSON; of a name the latest one. Nil for none.
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
