import Foundation
import Model
import RegistryClient
import ServerClient

/// Fine-tunes pretrained models on prepared data, once per model and dataset.
struct ModelTuner {
    let registry: RegistryClient
    /// Which models to fine-tune.
    let mode: FineTuning
    /// Time limit in seconds for each model, unless all are requested.
    let seconds: Double

    /// Attribute of a registered network with the outcome of its fine-tuning as JSON.
    private static let attribute = "tuning"

    /// Whether to fine-tune a model.
    /// - Parameters:
    ///   - view: The features that the unchanged model computes.
    ///   - isFirst: Whether it is the most promising model for the modality.
    func takes(_ view: PreparedView, _ data: PreparedData, isFirst: Bool) -> Bool {
        switch mode {
        case .never: false
        case .always: true
        case .automatic: isFirst && view.isPromising && data.samples.training >= FineTuning.fewestSamples
        }
    }

    /// The TorchScript file of a fine-tuned model, and the outcome.
    /// - Parameter name: The name of the unchanged model's view.
    func tuned(
        _ entry: Shelf.Entry, _ name: String, _ view: PreparedView, _ data: PreparedData, manifest: DatasetManifest
    ) async throws -> (script: BlobDigest, tuning: Tuning) {
        let recipe = BlobDigest(hashing: Array("tuned \(data.id) \(name)".utf8))
        if let known = try await registry.dataset(recipe: recipe), let json = known.attributes[Self.attribute],
            try await registry.state(of: known.blob).isComplete
        {
            return (known.blob, try JSONDecoder().decode(Tuning.self, from: Data(json.utf8)))
        }
        let (script, file) = (try TemporaryFile(), try TemporaryFile())
        try await registry.download(entry.script, to: script.url)
        let helper = try DataHelper(["tune", file.url.path])
        let request = ViewRequest(
            data: manifest, modality: view.modality, name: name, script: entry.script, file: script.url,
            contract: entry.contract)
        try helper.say(TuningRequest(view: request, seconds: mode == .always ? nil : seconds))
        let tuning = try withExtendedLifetime(script) {
            try helper.finish("Fine-tuning \(view.title)", \.tuning)
        }
        say(view.title + tuning.summary)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let blob = try await registry.upload(file: file.url)
        _ = try await registry.register(
            RegisteredDataset(
                name: "\(view.title) fine-tuned on \(data.name)", recipe: recipe, blob: blob,
                classes: UInt32(data.target.outputs),
                attributes: [
                    Self.attribute: String(decoding: try encoder.encode(tuning), as: UTF8.self), "dataset": data.id,
                    "model": view.model, "input": name,
                ]))
        return (blob, tuning)
    }
}

extension Tuning {
    /// The outcome as text that follows the model's name.
    fileprivate var summary: String {
        func text(_ value: Double) -> String { "\((value * 1_000).rounded() / 1_000)" }
        let how = rank.map { "adapters of rank \($0)" } ?? "\(weights) weights"
        return
            " fine-tuned: validation \(metric) \(text(after)) in epoch \(bestEpoch) of \(epochs), after \(text(before)) "
            + "with only a new head (\(how), \(Int(seconds.rounded())) s)."
    }
}
