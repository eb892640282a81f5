import ArgumentParser
import Foundation
import Model
import Networks
import Presentation
import RegistryClient

/// Shows the details of a model.
struct ModelShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a model's code, lineage, files, metrics, key layers and stages.",
        discussion: "  gyrus models show 3fa27c11/48 --format json")

    @ParentCommand var gyrus: Gyrus

    @Option(name: .long, help: "Output format: table or json.")
    var format: ListFormat = .table

    @Argument(help: "ID of the model; see: gyrus models.", completion: .models)
    var model: String

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        let found = try await registry.model(model)
        let network = try await registry.network(found.network)
        let stages = try await registry.stages(.init(model: model))
        let contract = try await registry.contract(of: found)
        if format == .json {
            emit(try json(ModelPage(found, network, stages, contract)))
        } else {
            emit(lines(found, network, stages, contract))
        }
    }

    private func lines(
        _ model: PretrainedModel, _ network: BaseNetwork, _ stages: [StageChange], _ contract: InputContract?
    ) -> String {
        let numbers = model.codeNumbers.map(String.init).joined(separator: " ")
        var fields: [(String, String?)] = [
            ("Model", model.id), ("Code", model.code?.description), ("Integers", numbers),
            ("Series", "\(model.series), version \(model.version)"),
            ("Stage", "\(model.stage.rawValue) since \(Figures.day(model.stageSince))"),
            ("Accuracy", Figures.percent(model.accuracy)),
        ]
        fields += model.lineage.texts.map { ($0.title, $0.value) }
        fields += [
            ("Reads", contract?.summary), ("Registered", Figures.day(model.created)),
            ("Network", "\(network.name) (\(model.network))"),
        ]
        fields += network.rows
        fields += model.files.map {
            ("File", "\($0.format.rawValue), \(Figures.bytes($0.bytes)), \($0.blob.hexadecimal)")
        }
        fields += model.metrics.sorted { $0.key < $1.key }.map { ("Metric", "\($0.key) \($0.value)") }
        fields += stages.reversed().map { change in
            ("History", "\(Figures.day(change.began)) \(change.stage.rawValue) by \(change.by)\(change.reason)")
        }
        return pairs(fields)
    }
}

/// A model with its network and stages, as JSON.
private struct ModelPage: Encodable {
    let model: ModelRow
    let network: NetworkRow
    let stages: [StageRow]
    let contract: InputContract?

    init(
        _ model: PretrainedModel, _ network: BaseNetwork, _ stages: [StageChange], _ contract: InputContract?
    ) {
        self.contract = contract
        self.model = ModelRow(model)
        self.network = NetworkRow(network)
        self.stages = stages.map(StageRow.init)
    }
}

extension StageChange {
    /// The note after a colon; empty if there is none.
    fileprivate var reason: String { note.isEmpty ? "" : ": \(note)" }
}

extension BaseNetwork {
    /// The properties of a network, for people.
    var rows: [(String, String?)] {
        var rows: [(String, String?)] = [
            ("Category", category), ("Areas", areas.joined(separator: ", ")),
            ("Functions", functions.joined(separator: ", ")), ("Parameters", Figures.count(parameters)),
            ("Operations", operations == 0 ? nil : Figures.count(operations)), ("Format", format),
        ]
        rows += features.sorted { $0.key < $1.key }.map { name, value in
            (name.prefix(1).uppercased() + name.dropFirst(), value)
        }
        rows += keyLayers.map { layer in
            let shape = layer.shape.isEmpty ? "" : ", \(layer.shape.map(String.init).joined(separator: "×"))"
            let size = layer.parameters == 0 ? "" : ", \(Figures.count(layer.parameters)) parameters"
            return ("Key layer", "\(layer.name) (\(layer.kind)): \(layer.role.rawValue)\(shape)\(size)")
        }
        return rows
    }
}

/// Names and values, one pair per line; nil values are left out.
func pairs(_ fields: [(String, String?)]) -> String {
    let width = fields.map(\.0.count).max() ?? 0
    return fields.compactMap { name, value in
        value.map { name + String(repeating: " ", count: width - name.count + 3) + VisibleText.line($0) }
    }.joined(separator: "\n")
}
