import Foundation
public import Model
import Safetensors

/// Makes prepared datasets from raw data.
///
/// Preparing takes seconds of one core and may block; call it off the actors that answer requests. Work stops with a
/// `CancellationError` when its task is canceled.
public struct DatasetPreparer: Sendable {
    private let locator: DataLocator

    /// - Parameter locator: Finds the raw data.
    public init(locator: DataLocator = DataLocator()) {
        self.locator = locator
    }

    /// Makes the dataset of a recipe; the same recipe and raw data give the same bytes.
    /// - Parameters:
    ///   - path: The file to write, all or nothing.
    ///   - report: Called with a description of the current step.
    /// - Throws: `Failure` naming the dataset, file or field that caused it.
    public func prepare(
        _ recipe: DatasetRecipe, to path: String, report: (String) -> Void = { _ in }
    ) throws {
        if let video = recipe.video {
            report("reading \(video.dataset)")
            return try Preset.named(video.dataset, field: "dataset").sequences(video, locator: locator).write(to: path)
        }
        var sources: [String: any ModalitySource] = [:]
        for (name, settings) in recipe.modalities {
            report("reading \(settings.dataset)")
            sources[name] = try Preset.named(settings.dataset, field: "dataset")
                .modality(settings, recipe: recipe, locator: locator)
        }
        try Task.checkCancellation()
        let pairings = try PerSplit(
            training: pairing(sources, recipe, .training), validation: pairing(sources, recipe, .validation),
            test: pairing(sources, recipe, .test))

        var tensors = try PreparedDataset.Split.allCases.map { split in
            let labels = pairings[split].labels
            return try Tensor("\(split.rawValue).labels", shape: [labels.count], labels.map(Int32.init))
        }
        var metadata = ["format": PreparedDataset.format, "recipe": recipe.canonicalJSON]
        var inputs: [String: DatasetManifest.Input] = [:]
        for (name, source) in sources.sorted(by: { $0.key < $1.key }) {
            try Task.checkCancellation()
            report("rendering \(name)")
            let prepared = try PreparedModality(
                name: name, source: source, candidates: pairings.map { $0.candidates[name, default: []] })
            tensors += prepared.tensors
            metadata.merge(prepared.metadata) { first, _ in first }
            inputs[name] = prepared.input(recipe.inputs[name])
        }
        metadata["manifest"] = try recipe.manifest(inputs, trainingLabels: pairings.training.labels).json
        try SafetensorsFile.write(tensors, metadata: metadata, to: path)
    }

    private func pairing(
        _ sources: [String: any ModalitySource], _ recipe: DatasetRecipe, _ split: PreparedDataset.Split
    ) throws -> Pairing {
        let count =
            switch split {
            case .training: recipe.counts.training
            case .validation: recipe.counts.validation
            case .test: recipe.counts.test
            }
        return try Pairing(
            of: sources.mapValues { $0.candidates[split] }, count: count, split: split, seed: recipe.seed,
            labels: recipe.labels)
    }
}

/// The tensors and notes of one modality.
private struct PreparedModality {
    let tensors: [Tensor]
    let metadata: [String: String]
    private let name: String
    private let preparation: Preparation

    init(name: String, source: any ModalitySource, candidates: PerSplit<[Int]>) throws {
        // A row that several samples use is made and stored only once.
        let chosen = candidates.map { Set($0).sorted() }
        let rendered = try source.render(chosen)
        var tensors: [Tensor] = []
        for split in PreparedDataset.Split.allCases {
            let rowOfCandidate = Dictionary(
                uniqueKeysWithValues: chosen[split].enumerated().map { ($0.element, Int32($0.offset)) })
            let indices = candidates[split].map { rowOfCandidate[$0, default: 0] }
            let prefix = "\(split.rawValue).\(name)"
            tensors.append(
                try Tensor(
                    "\(prefix).rows", .uint8, shape: [chosen[split].count] + source.shape, bytes: rendered.rows[split]))
            tensors.append(try Tensor("\(prefix).indices", shape: [indices.count], indices))
        }
        let (mean, deviation) = Self.levels(of: rendered.rows.training)
        var metadata = [
            "\(name).scale": "\(Float(1 / deviation))", "\(name).offset": "\(Float(-mean / deviation))",
        ]
        for (key, note) in rendered.notes { metadata["\(name).\(key)"] = note }
        self.tensors = tensors
        self.metadata = metadata
        self.name = name
        var preparation = rendered.preparation
        preparation.standardize(means: [Float(mean)], deviations: [Float(deviation)])
        self.preparation = preparation
    }

    /// How new samples are converted to rows of the modality.
    func input(_ signature: InputSignature?) -> DatasetManifest.Input? {
        signature.map { DatasetManifest.Input(signature: $0, columns: [name], preparation: preparation) }
    }

    /// Mean and standard deviation of bytes.
    private static func levels(of bytes: [UInt8]) -> (mean: Double, deviation: Double) {
        var histogram = [Int](repeating: 0, count: 256)
        bytes.withUnsafeBufferPointer { for byte in $0 { histogram[Int(byte)] += 1 } }
        let count = Double(max(bytes.count, 1))
        let mean = histogram.enumerated().reduce(0) { $0 + Double($1.offset * $1.element) } / count
        let variance =
            histogram.enumerated().reduce(0) { sum, level in
                sum + Double(level.element) * (Double(level.offset) - mean) * (Double(level.offset) - mean)
            } / count
        return (mean, max(variance.squareRoot(), 1e-6))
    }
}

extension DatasetRecipe {
    /// The manifest of the prepared data, with which networks trained on it answer for raw files: pictures and
    /// recordings in columns named like their modalities.
    fileprivate func manifest(
        _ inputs: [String: DatasetManifest.Input], trainingLabels: [Int]
    ) -> DatasetManifest {
        let names = modalities.sorted { $0.key < $1.key }.map(\.value.dataset)
        let perClass = trainingLabels.reduce(into: [Int](repeating: 0, count: target.outputs)) { $0[$1] += 1 }
        return DatasetManifest(
            name: Set(names).sorted().joined(separator: ", "),
            settings: DataSettings(source: names.joined(separator: ", ")),
            content: id, inputs: inputs, target: target, counts: perClass,
            samples: counts)
    }
}
