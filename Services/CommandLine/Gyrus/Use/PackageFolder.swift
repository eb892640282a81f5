import Foundation
import Model
import RegistryClient

/// A folder with a trained network that takes raw values, and everything that is needed to use it without Gyrus.
struct PackageFolder {
    let folder: URL

    /// The network with its preparation.
    var model: URL { folder.appending(path: "model.pt") }

    /// Makes the folder.
    init(_ path: String) throws { folder = try Download.folder(path) }

    /// Writes the package of a network.
    /// - Parameters:
    ///   - script: The network's TorchScript file in the registry.
    ///   - weights: Its weights.
    ///   - manifest: What it was trained on.
    ///   - facts: Lines for the card, such as how it was found and how well it does.
    func write(
        script: BlobDigest, weights: BlobDigest?, manifest: DatasetManifest, title: String, facts: [(String, String)],
        from registry: RegistryClient
    ) async throws {
        let network = folder.appending(path: "network.pt")
        try await registry.download(script, to: network)
        if let weights { try await registry.download(weights, to: folder.appending(path: "weights.safetensors")) }
        let helper = try DataHelper(["package", network.path, model.path])
        let manifest = try await registry.manifest(manifest, for: try helper.next().inputs ?? [])
        try write(try manifest.json, to: "preprocessing.json")
        var frozen: [String: TemporaryFile] = [:]
        for (name, input) in manifest.inputs {
            guard let script = input.frozen?.script else { continue }
            let file = try TemporaryFile()
            try await registry.download(script, to: file.url)
            frozen[name] = file
        }
        try helper.say(PackageRequest(manifest: manifest, frozen: frozen.mapValues(\.url)))
        _ = try helper.next()
        try FileManager.default.removeItem(at: network)
        for (name, input) in manifest.inputs {
            guard case .text(let text) = input.preparation else { continue }
            try text.model.write(to: folder.appending(path: "tokenizer-\(name).model"))
        }
        try write(try labels(manifest), to: "labels.json")
        try write(Self.example, to: "example.py")
        try write(card(manifest, title, facts), to: "card.md")
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    private func labels(_ manifest: DatasetManifest) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(manifest.target.names), as: UTF8.self) + "\n"
    }

    /// A model card in the form of Hugging Face.
    private func card(_ manifest: DatasetManifest, _ title: String, _ facts: [(String, String)]) -> String {
        let task =
            switch manifest.target.kind {
            case .classification: "classification"
            case .multiLabel: "multi-label classification"
            case .regression: "regression"
            }
        let rows = facts.map { "| \($0.0) | \($0.1) |" }.joined(separator: "\n")
        let inputs = manifest.inputs.sorted { $0.key < $1.key }.map { name, input in
            "| \(name) | \(input.signature.kind.rawValue) | \(input.columns.joined(separator: ", ")) | "
                + "\(input.signature.shape.map(String.init).joined(separator: " × ")) |"
        }.joined(separator: "\n")
        let classes = zip(manifest.target.names, manifest.counts ?? []).map { "| \($0) | \($1) |" }.joined(
            separator: "\n")
        let notes = manifest.notes.map { "* \($0)" }.joined(separator: "\n")
        return """
            ---
            library_name: pytorch
            tags: [gyrus, \(manifest.inputs.values.map(\.signature.kind.rawValue).sorted().joined(separator: ", "))]
            ---
            # \(title)

            A network for \(task), found and trained by Gyrus on the data `\(manifest.name)`: \
            \(manifest.samples.training) samples for training, \(manifest.samples.validation) for validation, \
            \(manifest.samples.test) for test.

            | | |
            | --- | --- |
            \(rows)

            ## Inputs

            | name | kind | columns | what the network reads |
            | --- | --- | --- | --- |
            \(inputs)

            `model.pt` takes raw values: pictures of any size as bytes, sound of any rate, token numbers, numbers in their
            units. `example.py` shows how. `preprocessing.json` has everything that was learned of the training data.

            \(classes.isEmpty ? "" : "## Training samples\n\n| class | samples |\n| --- | --- |\n\(classes)\n")
            ## Limits

            The figures hold for data like those that it was trained on; nothing is known of others.
            \(notes)
            """ + "\n"
    }
}
