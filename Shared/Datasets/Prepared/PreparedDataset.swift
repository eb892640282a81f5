import Answers
import Foundation
public import Model
import Safetensors
public import Torch

/// A prepared dataset: one safetensors file, mapped into memory.
///
/// For each split and modality, `training.image.rows` holds rows of bytes, floats or token numbers, and
/// `training.image.indices` the row of each sample; `training.labels` holds class numbers, `training.targets` rows of
/// labels or standardized numbers, `training.groups` the groups of samples, `test.places` the positions of samples in a
/// user's data. The metadata has `format` and `manifest`: kinds, shapes and classes, and how new samples are prepared.
/// For presets it also has `recipe` (canonical JSON), and for each modality `image.scale` and `image.offset`, which
/// convert a byte to a number: over the training rows these numbers have mean 0 and variance 1.
///
/// ```swift
/// let dataset = try PreparedDataset(opening: path)
/// let source = try dataset.source(.training)
/// ```
public struct PreparedDataset: Sendable {
    /// A split of the samples.
    public enum Split: String, Hashable, Sendable, CaseIterable {
        /// Samples to train on.
        case training
        /// Samples used to choose networks.
        case validation
        /// Samples used only for the final score.
        case test
    }

    static let format = "gyrus-dataset 1"
    /// The format for a user's own data.
    static let manifestFormat = "gyrus-dataset 2"

    /// How new samples are prepared; nil for data that an older version prepared.
    public let manifest: DatasetManifest?
    /// The input that networks read for each modality.
    public let inputs: [String: InputSignature]
    /// What networks learn to answer.
    public let target: Target
    /// Notes from its preparation, such as `image.components`.
    public let notes: [String: String]
    private let file: SafetensorsFile

    /// Opens a prepared file.
    /// - Throws: `Failure` naming the file and the error in it.
    public init(opening path: String) throws {
        let file = try SafetensorsFile(opening: path)
        do {
            manifest = try file.metadata["manifest"].map { try DatasetManifest(json: $0) }
            switch (file.metadata["format"], manifest, file.metadata["recipe"]) {
            case (Self.format, let manifest?, _), (Self.manifestFormat, let manifest?, _):
                (inputs, target) = (manifest.inputs.mapValues(\.signature), manifest.target)
            // Older versions wrote no manifest for presets.
            case (Self.format, nil, let json?):
                let recipe = try DatasetRecipe(json: json)
                (inputs, target) = (recipe.inputs, recipe.target)
            default:
                throw Failure(
                    .corrupt,
                    "'\(path)' is not a prepared dataset: its metadata has no format '\(Self.format)' or "
                        + "'\(Self.manifestFormat)'."
                )
            }
        } catch let failure as Failure where failure.code == .invalidArgument {
            throw Failure(.corrupt, "'\(path)' has an unreadable recipe: \(failure.message)")
        }
        notes = file.metadata.filter { !["format", "recipe", "manifest"].contains($0.key) }
        self.file = file
    }

    /// The split with a given name, as used in tasks.
    public static func split(named name: String) throws -> Split {
        guard let split = Split(rawValue: name) else {
            throw Failure(
                .invalidArgument,
                "split: there is no split "
                    + "'\(name)'.\(NearestName.question(name, among: Split.allCases.map(\.rawValue))) Splits: "
                    + "training, validation and test.")
        }
        return split
    }

    /// The samples of a split, left in mapped memory.
    public func source(_ split: Split) throws -> SampleSource { try source(split, with: []) }

    /// The samples of a split with features from frozen networks, left in mapped memory.
    public func source(_ split: Split, with views: [PreparedDataset]) throws -> SampleSource {
        try SampleSource(
            target: target, modalities: ([self] + views).flatMap { try $0.modalities(split) },
            answers: try answers(split), groups: try groups(split), owner: ([self] + views).map(\.file))
    }

    private func modalities(_ split: Split) throws -> [SampleSource.Modality] {
        try inputs.keys.sorted().map { try modality($0, split) }
    }

    private func answers(_ split: Split) throws -> SampleSource.Answers {
        target.kind == .classification
            ? .classes(try elements("\(split.rawValue).labels")) : .numbers(try elements("\(split.rawValue).targets"))
    }

    private func groups(_ split: Split) throws -> [Int32]? {
        let name = "\(split.rawValue).groups"
        return file.entries.contains { $0.name == name } ? try file.elements(of: name) : nil
    }

    /// Positions of the first samples of a split in the user's data; empty if not recorded.
    public func places(_ split: Split) throws -> [String] {
        let name = "\(split.rawValue).places"
        guard file.entries.contains(where: { $0.name == name }) else { return [] }
        return PlaceName.names(in: try file.elements(of: name))
    }

    /// The elements of a tensor; empty if a split without samples has no tensors.
    private func elements<Element: TensorElement>(_ name: String) throws -> [Element] {
        if file.metadata["format"] == Self.manifestFormat, !file.entries.contains(where: { $0.name == name }) {
            return []
        }
        return try file.elements(of: name)
    }

    private func modality(_ name: String, _ split: Split) throws -> SampleSource.Modality {
        guard let signature = inputs[name] else { throw Failure(.internal, "There is no modality '\(name)'.") }
        let key = "\(split.rawValue).\(name)"
        let indices: [Int32] = try elements("\(key).indices")
        let (scales, offsets) = try standardization(name)
        guard let rows = file.entries.first(where: { $0.name == "\(key).rows" }) else {
            guard indices.isEmpty else { throw Failure(.corrupt, "'\(file.path)': there is no tensor '\(key).rows'.") }
            return SampleSource.Modality(
                name: name, shape: signature.shape, elementType: .uint8, scales: scales, offsets: offsets,
                rows: UnsafeRawBufferPointer(start: nil, count: 0), indices: [])
        }
        guard let type = SampleSource.ElementType(rows.type), Array(rows.shape.dropFirst()) == signature.shape else {
            throw Failure(
                .corrupt,
                "'\(file.path)': tensor '\(rows.name)' has type \(rows.type.rawValue) and shape \(rows.shape), "
                    + "which does not fit the manifest.")
        }
        return SampleSource.Modality(
            name: name, shape: signature.shape, elementType: type, scales: scales, offsets: offsets,
            rows: file.unsafeBytes(of: rows), indices: indices)
    }

    /// Scale and offset that give stored elements mean 0 and variance 1 over the training samples.
    private func standardization(_ name: String) throws -> (scales: [Float], offsets: [Float]) {
        if file.metadata["format"] == Self.format {
            return ([try number("\(name).scale")], [try number("\(name).offset")])
        }
        let input = manifest?.inputs[name]
        let known = input?.frozen.map { ($0.means, $0.deviations) } ?? input?.preparation.standardization
        guard let (means, deviations) = known else { return ([1], [0]) }
        return (deviations.map { 1 / $0 }, zip(means, deviations).map { -$0 / $1 })
    }

    private func number(_ key: String) throws -> Float {
        guard let number = file.metadata[key].flatMap(Float.init), number.isFinite else {
            throw Failure(.corrupt, "'\(file.path)': its metadata has no number '\(key)'.")
        }
        return number
    }
}

extension SampleSource.ElementType {
    /// The type of a stored tensor; nil if rows cannot have this type.
    fileprivate init?(_ type: TensorType) {
        switch type {
        case .uint8: self = .uint8
        case .int32: self = .int32
        case .float32: self = .float32
        case .float16: self = .float16
        default: return nil
        }
    }
}
