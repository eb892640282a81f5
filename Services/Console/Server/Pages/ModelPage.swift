import Foundation
import Hummingbird
import HummingbirdCore
import Model
import Networks
import Presentation
import RegistryClient
import ServiceClient

/// A model's page: everything known about it, with its files.
struct ModelPage: Sendable {
    /// Maximum number of versions of the same series listed.
    private static let versions = 20

    /// The views of a model's page, one shown at a time.
    enum View: String, CaseIterable {
        case model, answers, predict

        var title: String {
            switch self {
            case .model: "Model"
            case .answers: "Test answers"
            case .predict: "Try it"
            }
        }
    }

    let backends: Backends
    let renderer: Renderer
    let answers: AnswerStore
    let predictor: Predictor
    let limits: ConsoleLimits
    /// Secret that only pages of this console know.
    let token = UUID().uuidString

    /// The address of a model's page.
    static func address(of model: String) -> String {
        "/models/" + model.split(separator: "/").map { Query.encoded(String($0)) }.joined(separator: "/")
    }

    func response(_ path: [String], _ query: Query) async throws -> Response {
        guard let view = View(rawValue: query["view"] ?? View.model.rawValue) else {
            let known = View.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "A model has no view '\(query["view"] ?? "")'; its views are \(known).")
        }
        let model = try await model(path)
        var values = try await head(of: model, view)
        switch view {
        case .model: values.merge(try await details(of: model)) { $1 }
        case .answers: values["answers"] = try await answerValues(of: model, query)
        case .predict: values["try"] = try await trial(of: model)
        }
        return renderer.page("model", title: values["name"] as? String ?? model.id, section: .zoo, values)
    }

    /// Answers for uploaded files.
    func predict(_ path: [String], _ request: Request) async throws -> Response {
        let model = try await model(path)
        let upload = try await Upload(request, token: token, limits: limits)
        defer { upload.remove() }
        guard let manifest = try await manifest(of: model) else {
            throw Failure(.invalidArgument, "This model cannot make predictions for files.")
        }
        let outcome = try await predictor.answer(upload, with: model, manifest, from: backends.registry)
        var values = try await head(of: model, .predict)
        var form = try await trial(of: model)
        form["predictions"] = PredictValues.answers(outcome)
        values["try"] = form
        return renderer.page("model", title: values["name"] as? String ?? model.id, section: .zoo, values)
    }

    private func model(_ path: [String]) async throws -> PretrainedModel {
        let id = path.joined(separator: "/")
        return try await backends.ask(.registry) { try await $0.registry.model(id) }
    }

    private func head(of model: PretrainedModel, _ view: View) async throws -> [String: Any] {
        let network = try await backends.ask(.registry) { try await $0.registry.network(model.network) }
        let address = Self.address(of: model.id)
        return [
            "id": model.id, "name": network.name, "network": network.id?.hexadecimal ?? "",
            "areas": network.areas.map { ["name": $0, "style": AreaStyle.style(of: $0)] },
            "version": model.version, "stage": model.stage.rawValue, view.rawValue: true,
            "views": View.allCases.map { entry in
                let query: [String: String?] = ["view": entry == .model ? nil : entry.rawValue]
                return [
                    "title": entry.title, "address": Query().address(address, query), "isCurrent": entry == view,
                ] as [String: Any]
            },
        ]
    }

    /// Its answers for test samples.
    private func answerValues(of model: PretrainedModel, _ query: Query) async throws -> [String: Any] {
        guard let digest = model.file(.answers) else {
            return [
                "note":
                    "Its answers for test samples are not stored, because only networks that a search trains to the "
                    + "end have them. Evaluate it on your own data with: gyrus evaluate \(model.id) --data PATH"
            ]
        }
        let (answers, manifest) = (try await self.answers.answers(of: digest), try await self.manifest(of: model))
        return try AnswerValues(answers, of: model.id, digest: digest, manifest, query).values
    }

    /// The upload form, or why there is none.
    private func trial(of model: PretrainedModel) async throws -> [String: Any] {
        guard let manifest = try await manifest(of: model) else {
            return [
                "note":
                    "It is unknown how its data was prepared: the model was imported, or an older version did it. "
                    + "The model cannot make predictions for files."
            ]
        }
        return [
            "form": PredictValues.form(manifest, token: token, limits: limits), "address": Self.address(of: model.id),
        ]
    }

    /// What a model reads; nil if it cannot answer for files.
    private func manifest(of model: PretrainedModel) async throws -> DatasetManifest? {
        guard let recipe = model.lineage.recipe, model.file(.torchScript) != nil else { return nil }
        do {
            return try await backends.ask(.registry) { backends in
                let network = try await backends.registry.network(model.network)
                let manifest = try await backends.registry.manifest(recipe: recipe)
                guard let manifest, network.format == BaseNetwork.ownFormat else { return manifest }
                let inputs = try NetworkDescription(json: network.description).inputs.map(\.name)
                return try await backends.registry.manifest(manifest, for: inputs)
            }
        } catch let failure as Failure where failure.code == .notFound {
            return nil
        }
    }

    private func details(of model: PretrainedModel) async throws -> [String: Any] {
        let id = model.id
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
        values.merge(Measurements(model.metrics).values) { $1 }
        return values
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

    private static func title(of format: ModelFile.Format) -> String {
        switch format {
        case .torchScript: "TorchScript"
        case .safetensors: "safetensors"
        case .onnx: "ONNX"
        case .darknet: "Darknet weights"
        case .darknetConfiguration: "Darknet structure"
        case .openVINO: "OpenVINO structure"
        case .openVINOWeights: "OpenVINO weights"
        case .tracker: "Tracker setup"
        case .tracks: "Tracks"
        case .contract: "Input contract"
        case .answers: "Answers for test samples"
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
        for child in children { add("Weights used by", child.id, address(of: child.id)) }
        add("Imported from", lineage.origin)
        let shown: Set = ["scenario", "trial", "recipe", "parent", "origin"]
        for text in lineage.texts where !shown.contains(text.name) { add(text.title, text.value) }
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
            values["steps"] = Words.amount(graph.steps.count, "layer")
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
