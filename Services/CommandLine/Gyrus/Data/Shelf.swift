import Model
import RegistryClient

/// The pretrained models in the registry that a search can choose from: those with a TorchScript file and a contract that
/// describes their input.
struct Shelf {
    /// A model on the shelf.
    struct Entry {
        let model: PretrainedModel
        /// Its TorchScript file.
        var script: BlobDigest
        /// The contract's blob, whose digest is part of view names.
        let contractBlob: BlobDigest
        let contract: InputContract
    }

    let registry: RegistryClient

    /// Number of models, newest first, to take for each modality if a scenario names none.
    static let most = 8

    /// The models for a modality, newest first.
    /// - Parameter names: IDs or names of the models to choose from; nil for all that fit.
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

    /// Whether a scenario names a model, by its ID or by the name of its network.
    private func isWanted(_ model: PretrainedModel, _ names: [String]?) async throws -> Bool {
        guard let names else { return true }
        return names.contains(model.id) || names.contains(model.code?.name ?? "")
    }
}
