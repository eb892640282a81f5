import Foundation
public import Model
import Safetensors
public import Torch

/// A prepared dataset: one safetensors file, mapped into memory.
///
/// For each split and modality, `training.image.rows` holds rows of bytes and `training.image.indices` the row of each
/// sample; `training.labels` holds the labels. Metadata: `format`, `recipe` (canonical JSON), and for each modality
/// `image.scale` and `image.offset`, with which a byte becomes a number: over the training rows these numbers have mean
/// 0 and variance 1.
///
/// ```swift
/// let dataset = try PreparedDataset(opening: path)
/// let source = try dataset.source(.training)
/// ```
public struct PreparedDataset: Sendable {
    /// A part of the samples.
    public enum Split: String, Hashable, Sendable, CaseIterable {
        /// Samples to train on.
        case training
        /// Samples to choose networks by.
        case validation
        /// Samples that nothing was chosen by.
        case test
    }

    static let format = "gyrus-dataset 1"

    /// How it was made.
    public let recipe: DatasetRecipe
    /// What its maker noted, such as `image.components`.
    public let notes: [String: String]
    private let file: SafetensorsFile

    /// Opens a prepared file.
    /// - Throws: `Failure` naming the file and what is wrong in it.
    public init(opening path: String) throws {
        let file = try SafetensorsFile(opening: path)
        guard file.metadata["format"] == Self.format, let json = file.metadata["recipe"] else {
            throw Failure(.corrupt, "'\(path)' is no prepared dataset: its metadata has no format '\(Self.format)'.")
        }
        do {
            recipe = try DatasetRecipe(json: json)
        } catch let failure as Failure {
            throw Failure(.corrupt, "'\(path)' has a recipe that cannot be read: \(failure.message)")
        }
        notes = file.metadata.filter { $0.key != "format" && $0.key != "recipe" }
        self.file = file
    }

    /// The split of a name, as tasks name it.
    public static func split(named name: String) throws -> Split {
        guard let split = Split(rawValue: name) else {
            throw Failure(
                .invalidArgument,
                "split: there is no split '\(name)'.\(NearestName.question(name, among: Split.allCases.map(\.rawValue))) "
                    + "Known are training, validation and test.")
        }
        return split
    }

    /// The samples of a split, left in mapped memory.
    public func source(_ split: Split) throws -> SampleSource {
        let modalities = try recipe.modalities.keys.sorted().map { try modality($0, split) }
        return try SampleSource(
            classes: recipe.classes, modalities: modalities, labels: file.elements(of: "\(split.rawValue).labels"),
            owner: file)
    }

    private func modality(_ name: String, _ split: Split) throws -> SampleSource.Modality {
        let rows = try file.entry(named: "\(split.rawValue).\(name).rows")
        guard rows.type == .uint8, let shape = recipe.shape(of: name), Array(rows.shape.dropFirst()) == shape else {
            throw Failure(
                .corrupt,
                "'\(file.path)': tensor '\(rows.name)' has type \(rows.type.rawValue) and shape \(rows.shape), "
                    + "which does not fit the recipe.")
        }
        return SampleSource.Modality(
            name: name, shape: shape, elementType: .uint8, scale: try number("\(name).scale"),
            offset: try number("\(name).offset"), rows: file.unsafeBytes(of: rows),
            indices: try file.elements(of: "\(split.rawValue).\(name).indices"))
    }

    private func number(_ key: String) throws -> Float {
        guard let number = file.metadata[key].flatMap(Float.init), number.isFinite else {
            throw Failure(.corrupt, "'\(file.path)': its metadata has no number '\(key)'.")
        }
        return number
    }
}
