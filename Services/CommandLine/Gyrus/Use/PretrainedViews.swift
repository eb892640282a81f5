import Foundation
import Model
import RegistryClient
import ServerClient

/// Features of prepared data by the registry's pretrained models, computed once per model and data set and then reused.
struct PretrainedViews {
    let registry: RegistryClient

    /// Attribute of a registered view with its description for scenarios, as JSON.
    private static let attribute = "view"

    /// Prepared data with the views of all fitting models.
    /// - Parameters:
    ///   - names: The models that a scenario names; nil for all.
    /// - Throws: `Failure` if a scenario names a model that fits no modality. If it names none, a model that fails is
    ///   reported and left out.
    func added(to data: PreparedData, named names: [String]?) async throws -> PreparedData {
        let shelf = Shelf(registry: registry)
        var (views, used): ([String: PreparedView], Set<String>) = ([:], [])
        for (modality, signature) in data.inputs.sorted(by: { $0.key < $1.key }) {
            for entry in try await shelf.entries(for: signature.kind, named: names) {
                used.formUnion([entry.model.id, entry.model.code?.name ?? ""])
                let name = PreparedView.name(modality: modality, script: entry.script, contract: entry.contractBlob)
                do {
                    views[name] = try await view(name, of: modality, entry, data)
                } catch let failure as Failure where names == nil && failure.code == .invalidArgument {
                    say("Skipped the pretrained model '\(entry.model.id)': \(failure.message)")
                }
            }
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
            if counts["\(view.modality) \(view.title)", default: 1] > 1 { view.title = view.model }
            return view
        }
    }

    private func view(
        _ name: String, of modality: String, _ entry: Shelf.Entry, _ data: PreparedData
    ) async throws -> PreparedView {
        let recipe = PreparedView.recipe(of: name, data: data.id)
        if let known = try await registry.dataset(recipe: recipe), let json = known.attributes[Self.attribute],
            try await registry.state(of: known.blob).isComplete
        {
            return try JSONDecoder().decode(PreparedView.self, from: Data(json.utf8))
        }
        guard let manifest = try await registry.manifest(recipe: try BlobDigest(data.id)) else {
            throw Failure(.internal, "the prepared data '\(data.name)' has no manifest")
        }
        let network = try await registry.network(entry.model.network)
        let (script, features) = (try TemporaryFile(), try TemporaryFile())
        try await registry.download(entry.script, to: script.url)
        let helper = try DataHelper(["view", features.url.path])
        try helper.say(
            ViewRequest(
                data: manifest, modality: modality, name: name, script: entry.script, file: script.url,
                contract: entry.contract))
        var view = try finish(helper, "Computing features by \(network.name)")
        (view.title, view.category, view.model) = (network.name, network.category, entry.model.id)
        view.parameters = Int(network.parameters)
        try await register(view, features.url, name, recipe, data)
        return view
    }

    private func finish(_ helper: DataHelper, _ what: String) throws -> PreparedView {
        let progress = ProgressLine(what)
        defer { progress.end() }
        while true {
            let message = try helper.next()
            if let done = message.done, let count = message.count { progress.show(done, of: count) }
            if let view = message.view { return view }
        }
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
