import Model
import Networks
import RegistryClient
import Torch

extension PretrainedModel {
    /// Its network, layer by layer, without and with its weights.
    /// - Throws: `Failure` if networks of its kind cannot be trained here.
    func loaded(
        from registry: RegistryClient, _ cache: BlobCache
    ) async throws -> (network: NetworkDescription, weights: ScriptedNetwork) {
        let base = try await registry.network(network)
        guard base.format == BaseNetwork.ownFormat, let file = file(.safetensors) else {
            throw Failure(
                .invalidArgument,
                "Model '\(id)' cannot be trained here, which requires a network described layer by layer and"
                    + " its weights as safetensors. The model has the format '\(base.format)' and the files "
                    + files.map(\.format.rawValue).joined(separator: ", ") + ".")
        }
        let description = try NetworkDescription(json: base.description)
        let weights = try ScriptedNetwork(description, seed: 0)
        try weights.loadWeights(from: try await cache.file(for: file))
        return (description, weights)
    }
}
