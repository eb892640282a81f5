import Answers
import Foundation
import Model
import Networks
import ONNX
import RegistryClient
import ServerClient

/// A folder with a trained network that takes raw values, and everything needed to use it without Gyrus.
struct PackageFolder {
    let folder: URL

    /// The network with its preparation.
    var model: URL { folder.appending(path: "model.pt") }

    /// Makes the folder.
    init(_ path: String) throws { folder = try Download.folder(path) }

    /// Writes the package of a network.
    /// - Parameters:
    ///   - script: The network's TorchScript file in the registry.
    ///   - weights: The network's weights in the registry.
    ///   - manifest: The data that it was trained on.
    ///   - facts: Lines for the model card, such as how it was found.
    ///   - metrics: The network's metrics by their wire names.
    ///   - search: Cost of all trainings of the search that found the network.
    ///   - model: The network's entry in the registry, if any; it has the license and the answers for test samples.
    func write(
        script: BlobDigest, weights: BlobDigest?, manifest: DatasetManifest, title: String, facts: [(String, String)],
        metrics: [String: Double] = [:], search: TrainingCost? = nil, model entry: PretrainedModel?,
        from registry: RegistryClient
    ) async throws {
        if let weights { try await registry.download(weights, to: folder.appending(path: "weights.safetensors")) }
        let manifest = try await PackageStore.write(
            script: script, manifest: manifest, metrics: metrics, to: model, from: registry)
        try describe(
            manifest, title: title, facts: facts, metrics: metrics, license: entry?.lineage.license,
            answers: try await Self.answers(of: entry, from: registry), search: search)
    }

    private static func answers(of model: PretrainedModel?, from registry: RegistryClient) async throws -> AnswerFile? {
        guard let blob = model?.file(.answers) else { return nil }
        let file = try TemporaryFile()
        try await registry.download(blob, to: file.url)
        return try withExtendedLifetime(file) { try AnswerFile(opening: file.url.path) }
    }

    /// Writes the files other than the network and its weights.
    func describe(
        _ manifest: DatasetManifest, title: String, facts: [(String, String)] = [], metrics: [String: Double] = [:],
        license: String? = nil, answers: AnswerFile? = nil, search: TrainingCost? = nil
    ) throws {
        try Data(try manifest.json.utf8).write(to: folder.appending(path: "preprocessing.json"))
        for (name, input) in manifest.inputs {
            guard case .text(let text) = input.preparation else { continue }
            let ending = text.encoder == nil ? "model" : "json"
            try text.model.write(to: folder.appending(path: "tokenizer-\(name).\(ending)"))
        }
        try write(try labels(manifest), to: "labels.json")
        try write(Self.example, to: "example.py")
        let card = ModelCard(
            manifest, title: title, facts: facts, metrics: metrics, license: license, answers: answers,
            search: search)
        try write(card.text, to: "card.md")
        try write(MLflowModel(manifest).text, to: "MLmodel")
    }

    /// Adds the network in ONNX, which takes prepared inputs, if its operators allow it.
    /// - Parameter id: ID of the model in the registry.
    func addONNX(of id: String, from registry: RegistryClient) async throws {
        let model = try await registry.model(id)
        let network = try await registry.network(model.network)
        guard network.format == BaseNetwork.ownFormat else {
            return say("Skipped network.onnx: the structure comes from an imported file.")
        }
        let weights = folder.appending(path: "weights.safetensors")
        guard FileManager.default.fileExists(atPath: weights.path) else { return }
        do {
            try OnnxFile.write(
                NetworkDescription(json: network.description), weights: weights,
                metadata: ["model": id, "network": model.network.hexadecimal],
                to: folder.appending(path: "network.onnx"))
        } catch let failure as Failure where failure.code == .invalidArgument {
            say("Skipped network.onnx: \(failure.message)")
        }
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    private func labels(_ manifest: DatasetManifest) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(manifest.target.names), as: UTF8.self) + "\n"
    }
}
