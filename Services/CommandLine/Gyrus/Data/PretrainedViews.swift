import Foundation
import Model
import RegistryClient
import ServerClient

/// Features of prepared data by the registry's pretrained models, computed once per model and dataset and then reused.
struct PretrainedViews {
    let registry: RegistryClient
    /// Fine-tunes models, which then get additional views.
    let tuner: ModelTuner

    /// Attribute of a registered view with its description for scenarios, as JSON.
    private static let attribute = "view"

    /// A computed view and its model.
    private typealias Computed = (name: String, view: PreparedView, entry: Shelf.Entry)

    /// Prepared data with the views of all fitting models.
    /// - Parameters:
    ///   - names: The models that a scenario names; nil for all.
    /// - Throws: `Failure` if a scenario names a model that fits no modality. If it names none, a model that fails is
    ///   reported and left out.
    func added(to data: PreparedData, named names: [String]?) async throws -> PreparedData {
        let shelf = Shelf(registry: registry)
        var (views, used): ([String: PreparedView], Set<String>) = ([:], [])
        for (modality, signature) in data.inputs.sorted(by: { $0.key < $1.key }) {
            var computed: [Computed] = []
            for entry in try await shelf.entries(for: signature.kind, named: names) {
                used.formUnion([entry.model.id, entry.model.code?.name ?? ""])
                do {
                    computed.append(try await view(of: modality, entry, data))
                } catch let failure as Failure where names == nil && failure.code == .invalidArgument {
                    say("Skipped the pretrained model '\(entry.model.id)': \(failure.message)")
                }
            }
            computed.sort { PreparedView.precedes(($0.name, $0.view), ($1.name, $1.view)) }
            for (place, (name, view, entry)) in computed.enumerated()
            where tuner.takes(view, data, isFirst: place == 0) {
                do {
                    computed.append(try await tuned(entry, name, view, data))
                } catch let failure as Failure where [.invalidArgument, .deadlineExceeded].contains(failure.code) {
                    say("The pretrained model '\(entry.model.id)' stays frozen: \(failure.message)")
                }
            }
            for (name, view, _) in computed { views[name] = view }
        }
        if let stranger = names?.first(where: { !used.contains($0) }) {
            throw Failure(
                .invalidArgument,
                "search.pretrained: the registry has no model '\(stranger)' with a contract that fits a modality; see: gyrus"
                    + " models --filter format=contract")
        }
        var data = data
        data.views = views.isEmpty ? nil : Self.titled(views)
        return data
    }

    /// Makes titles unique, because the structures of one gene must have different names.
    private static func titled(_ views: [String: PreparedView]) -> [String: PreparedView] {
        let counts = Dictionary(views.values.map { ("\($0.modality) \($0.title)", 1) }, uniquingKeysWith: +)
        return views.mapValues { view in
            var view = view
            if counts["\(view.modality) \(view.title)", default: 1] > 1 { view.title = title(view.model, view.tuning) }
            return view
        }
    }

    private static func title(_ name: String, _ tuning: Tuning?) -> String {
        tuning == nil ? name : "\(name) fine-tuned"
    }

    /// The view of a fine-tuned model. Its scores are those of the original, because scores on the samples that it was
    /// fine-tuned on would be too optimistic.
    private func tuned(
        _ entry: Shelf.Entry, _ name: String, _ view: PreparedView, _ data: PreparedData
    ) async throws -> Computed {
        let (script, tuning) = try await tuner.tuned(entry, name, view, data, manifest: try await manifest(of: data))
        var entry = entry
        entry.script = script
        return try await self.view(of: view.modality, entry, data) { made in
            made.tuning = tuning
            (made.scores, made.reference) = (view.scores, view.reference)
        }
    }

    private func manifest(of data: PreparedData) async throws -> DatasetManifest {
        guard let manifest = try await registry.manifest(recipe: try BlobDigest(data.id)) else {
            throw Failure(.internal, "the prepared data '\(data.name)' has no manifest")
        }
        return manifest
    }

    /// - Parameter note: Adds further facts before it is registered.
    private func view(
        of modality: String, _ entry: Shelf.Entry, _ data: PreparedData, note: (inout PreparedView) -> Void = { _ in }
    ) async throws -> Computed {
        let name = PreparedView.name(modality: modality, script: entry.script, contract: entry.contractBlob)
        let recipe = PreparedView.recipe(of: name, data: data.id)
        if let known = try await registry.dataset(recipe: recipe), let json = known.attributes[Self.attribute],
            try await registry.state(of: known.blob).isComplete
        {
            return (name, try JSONDecoder().decode(PreparedView.self, from: Data(json.utf8)), entry)
        }
        let manifest = try await manifest(of: data)
        let network = try await registry.network(entry.model.network)
        let (script, features) = (try TemporaryFile(), try TemporaryFile())
        try await registry.download(entry.script, to: script.url)
        let helper = try DataHelper(["view", features.url.path])
        try helper.say(
            ViewRequest(
                data: manifest, modality: modality, name: name, script: entry.script, file: script.url,
                contract: entry.contract))
        var view = try withExtendedLifetime(script) {
            try helper.finish("Computing features by \(network.name)", \.view)
        }
        (view.category, view.model) = (network.category, entry.model.id)
        view.parameters = Int(network.parameters)
        note(&view)
        view.title = Self.title(network.name, view.tuning)
        try await register(view, features.url, name, recipe, data)
        return (name, view, entry)
    }

    private func register(
        _ view: PreparedView, _ file: URL, _ name: String, _ recipe: BlobDigest, _ data: PreparedData
    ) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        _ = try await registry.register(
            RegisteredDataset(
                name: "\(data.name) by \(view.title)", recipe: recipe, blob: try await registry.upload(file: file),
                classes: UInt32(data.target.outputs),
                attributes: [
                    Self.attribute: String(decoding: try encoder.encode(view), as: UTF8.self), "dataset": data.id,
                    "model": view.model, "input": name,
                ]))
    }
}
