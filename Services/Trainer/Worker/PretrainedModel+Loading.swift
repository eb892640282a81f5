import Model
import Networks
import RegistryClient
import Torch

extension PretrainedModel {
    /// Its network, layer by layer, and that with its weights.
    /// - Throws: `Failure` if it is of another kind than those that are trained here.
    func loaded(
        from registry: RegistryClient, _ cache: BlobCache
    ) async throws -> (network: NetworkDescription, weights: ScriptedNetwork) {
        let base = try await registry.network(network)
        guard base.format == BaseNetwork.ownFormat, let file = file(.safetensors) else {
            throw Failure(
                .invalidArgument,
                "Model '\(id)' cannot be trained here: that needs a network that is described layer by layer, and"
                    + " its weights as safetensors. It has the format '\(base.format)' and the files "
                    + files.map(\.format.rawValue).joined(separator: ", ") + ".")
        }
        let description = try NetworkDescription(json: base.description)
        let weights = try ScriptedNetwork(description, seed: 0)
        try weights.loadWeights(from: try await cache.file(for: file))
        return (description, weights)
    }
}
