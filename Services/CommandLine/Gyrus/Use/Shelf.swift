import Model
import RegistryClient

/// The pretrained models of the registry that a search can choose from: those of which a contract says what they read, and
/// that have a TorchScript file.
struct Shelf {
    /// A model of it.
    struct Entry {
        let model: PretrainedModel
        /// Its TorchScript file.
        var script: BlobDigest
        /// The blob of the contract, whose digest is part of the names of views.
        let contractBlob: BlobDigest
        let contract: InputContract
    }

    let registry: RegistryClient

    /// Models that are taken for each modality where a scenario names none: the newest.
    static let most = 8

    /// The models for a modality, the newest first.
    /// - Parameter names: Identities or names of the models to choose from; nil for all that fit.
    func entries(for kind: ModalityKind, named names: [String]?) async throws -> [Entry] {
        if names?.isEmpty == true { return [] }
        var entries: [Entry] = []
        for model in try await registry.models(
            .init(filter: ["format": ModelFile.Format.contract.rawValue], order: "-created"))
        {
            guard let script = model.file(.torchScript), let blob = model.file(.contract), model.stage != .archived,
                try await isWanted(model, names), let contract = try await registry.contract(of: model),
                contract.kind == kind
            else { continue }
            entries.append(Entry(model: model, script: script, contractBlob: blob, contract: contract))
            if names == nil, entries.count == Self.most { break }
        }
        return entries
    }

    /// Whether a scenario names a model: by its identity, or by the name of its network.
    private func isWanted(_ model: PretrainedModel, _ names: [String]?) async throws -> Bool {
        guard let names else { return true }
        return names.contains(model.id) || names.contains(model.code?.name ?? "")
    }
}
