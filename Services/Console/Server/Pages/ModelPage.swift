import Hummingbird
import Model
import Networks
import RegistryClient
import ServiceClient

/// All that is known of one model, with its files.
struct ModelPage: Sendable {
    /// Most versions of the same series that are listed.
    private static let versions = 20

    let backends: Backends
    let renderer: Renderer

    /// Where a model's page is.
    static func address(of model: String) -> String {
        "/models/" + model.split(separator: "/").map { Query.encoded(String($0)) }.joined(separator: "/")
    }

    func response(_ path: [String]) async throws -> Response {
        let id = path.joined(separator: "/")
        let model = try await backends.ask(.registry) { try await $0.registry.model(id) }
        async let network = backends.ask(.registry) { try await $0.registry.network(model.network) }
        async let stages = backends.ask(.registry) { try await $0.registry.stages(.init(model: id, limit: 50)) }
        async let versions = backends.ask(.registry) {
            try await $0.registry.models(
                .init(filter: ["series": model.series], limit: Self.versions, order: "-version"))
        }
        async let children = backends.ask(.registry) {
            try await $0.registry.models(.init(filter: ["parent": id], limit: Self.versions))
        }
        var values = Self.values(of: model)
        values.merge(Self.values(of: try await network)) { $1 }
        values["stages"] = try await stages.map(Self.row)
        values["versions"] = try await versions.map { version in
            ZooPage.row(version).merging(["isThis": version.id == id]) { $1 }
        }
        values["lineage"] = Self.lineage(of: model, children: try await children)
        return renderer.page("model", title: try await network.name, section: .zoo, values)
    }

    /// The page of a base network.
    func network(_ name: String) async throws -> Response {
        let id = try BlobDigest(name)
        let network = try await backends.ask(.registry) { try await $0.registry.network(id) }
        let models = try await backends.ask(.registry) {
            try await $0.registry.models(
                .init(filter: ["network": id.hexadecimal], limit: Self.versions, order: "-accuracy"))
        }
        var values = Self.values(of: network)
        values["functions"] = network.functions.joined(separator: ", ")
        values["models"] = models.map { ZooPage.row($0) }
        values["hasModels"] = !models.isEmpty
        return renderer.page("network", title: network.name, section: .zoo, values)
    }

    // MARK: - The model

    private static func values(of model: PretrainedModel) -> [String: Any] {
        var values: [String: Any] = [
            "id": model.id, "accuracy": Words.percent(model.accuracy), "dataset": model.dataset,
            "optimizer": model.optimizer, "platform": model.platform, "code": model.code?.description ?? "",
            "numbers": model.codeNumbers.map(String.init).joined(separator: " "),
            "fields": model.code.map(fields) ?? [], "created": model.created.map { Words.clock($0) } ?? "",
            "series": model.series, "version": model.version, "stage": model.stage.rawValue,
            "metrics": model.metrics.sorted { $0.key < $1.key }.map {
                ["name": $0.key.replacing("-", with: " "), "value": figure($0.value)]
            },
            "files": model.files.map { file in
                [
                    "name": title(of: file.format), "digest": file.blob.hexadecimal, "size": Words.bytes(file.bytes),
                    "address": Downloads.path(
                        file.blob, file.format.fileExtension, name: model.id.replacing("/", with: "-")),
                    "file": "\(model.id.replacing("/", with: "-")).\(file.format.fileExtension)",
                ]
            },
        ]
        values["scenario"] = model.lineage.scenario
        return values
    }

    private static func figure(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? Words.count(Int(value)) : Words.plain(value)
    }

    private static func title(of format: ModelFile.Format) -> String {
        switch format {
        case .torchScript: "TorchScript"
        case .safetensors: "safetensors"
        case .onnx: "ONNX"
        case .darknet: "Darknet weights"
        case .darknetConfiguration: "Darknet structure"
        case .openVINO: "OpenVINO structure"
        case .openVINOWeights: "OpenVINO weights"
        case .tracker: "Setup of a tracker"
        case .tracks: "Tracks"
        case .contract: "What it reads"
        }
    }

    /// The nine fields of the artificial code.
    private static func fields(_ code: ArtificialCode) -> [[String: Any]] {
        let pairs = [
            ("Name", code.name), ("Areas", code.areas.joined(separator: ", ")),
            ("Functions", code.functions.joined(separator: ", ")), ("Category", code.category),
            ("Dataset", code.dataset), ("Size", "\(code.size)"),
            ("Accuracy", code.accuracy.map { "\($0)" } ?? "never measured"), ("Optimizer", code.optimizer),
            ("Platform", code.platform),
        ]
        return pairs.map { ["name": $0.0, "value": $0.1] }
    }

    private static func lineage(of model: PretrainedModel, children: [PretrainedModel]) -> [[String: Any]] {
        let lineage = model.lineage
        var rows: [[String: Any]] = []
        func add(_ name: String, _ value: String?, _ address: String? = nil) {
            guard let value else { return }
            var row: [String: Any] = ["name": name, "value": value]
            row["address"] = address
            rows.append(row)
        }
        add("Scenario", lineage.scenario, lineage.scenario.map { "/scenarios/\(Query.encoded($0))" })
        add("Trial", lineage.trial)
        add("Data", lineage.recipe.map { "\(model.dataset), recipe \($0.hexadecimal.prefix(12))…" })
        add("Weights from", lineage.parent, lineage.parent.map(address))
        for child in children { add("Weights went to", child.id, address(of: child.id)) }
        add("Imported from", lineage.origin)
        add("License", lineage.licence)
        return rows
    }

    private static func row(_ change: StageChange) -> [String: Any] {
        var row: [String: Any] = [
            "stage": change.stage.rawValue, "began": Words.clock(change.began), "by": change.by, "note": change.note,
        ]
        row["ended"] = change.ended.map { Words.clock($0) }
        return row
    }

    // MARK: - The network

    private static func values(of network: BaseNetwork) -> [String: Any] {
        var values: [String: Any] = [
            "name": network.name, "category": network.category, "network": network.id?.hexadecimal ?? "",
            "areas": network.areas.map { ["name": $0, "style": AreaStyle.style(of: $0)] },
            "parameters": Words.count(network.parameters),
            "operations": network.operations > 0
                ? "\(Words.short(Double(network.operations))) operations for one sample" : "",
            "features": network.features.sorted { $0.key < $1.key }.map { ["name": $0.key, "value": $0.value] },
            "keyLayers": network.keyLayers.map { layer in
                [
                    "name": layer.name, "kind": layer.kind, "role": layer.role.rawValue,
                    "shape": layer.shape.map(String.init).joined(separator: "×"),
                    "parameters": Words.count(layer.parameters),
                ]
            },
            "hasKeyLayers": !network.keyLayers.isEmpty,
        ]
        if let graph = graph(of: network) {
            values["drawing"] = ArchitectureDrawing(graph).svg()
            values["steps"] = Words.some(graph.steps.count, "layer")
        }
        return values
    }

    private static func graph(of network: BaseNetwork) -> ArchitectureGraph? {
        if network.format == BaseNetwork.ownFormat {
            return (try? NetworkDescription(json: network.description)).flatMap { try? ArchitectureGraph($0) }
        }
        if network.format == BaseNetwork.structureFormat {
            return (try? StructureTemplate(json: network.description)).flatMap { try? ArchitectureGraph($0.example) }
        }
        return (try? NetworkOutline(json: network.description)).map { ArchitectureGraph($0) }
    }
}
