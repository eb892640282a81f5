package import Model
import Networks
package import RegistryClient

extension MadePackage {
    /// Registers the data, the network and the model, as a search does.
    /// - Parameter answers: The file of its answers for test samples.
    package func register(as id: String, with registry: RegistryClient, answers: BlobDigest? = nil) async throws {
        let recipe = try BlobDigest(manifest.id)
        let data = try await registry.upload(file: dataset)
        _ = try await registry.register(
            RegisteredDataset(name: "rows", recipe: recipe, blob: data, classes: UInt32(manifest.target.outputs)))
        if let frozen {
            _ = try await registry.upload(file: frozen.script)
            _ = try await registry.register(
                RegisteredDataset(
                    name: "features", recipe: PreparedView.recipe(of: frozen.input, data: manifest.id),
                    blob: try await registry.upload(file: frozen.features),
                    classes: UInt32(manifest.target.outputs)))
        }
        let base = BaseNetwork(
            name: "MLP", category: "MLP", areas: ["cognition"], functions: ["classification"],
            description: try description.canonicalJSON)
        let network = try await registry.register(base)
        let script = try await registry.upload(file: self.network)
        let kept = [answers].compactMap { $0 }.map { ModelFile(.answers, $0) }
        _ = try await registry.register(
            PretrainedModel(
                id: id, network: network.id ?? BlobDigest(hashing: Array(base.description.utf8)),
                platform: "Gyrus1.0", dataset: "rows", optimizer: "SGD",
                accuracy: nil, files: [ModelFile(.torchScript, script)] + kept,
                lineage: .init(recipe: recipe), series: "table/kinds"))
    }
}
