import Model
import Safetensors
public import Torch

/// The features of a backbone for all samples of a prepared dataset: one safetensors file, mapped into memory.
///
/// For each split and stage, `training.image_stage2.rows` holds a vector for each row of the modality; `training.indices`
/// holds the row of each sample, `training.labels` the labels.
///
/// ```swift
/// let samples = try FeatureSet.source(.training, of: [image, audio])   // inputs image_stage1 … audio_scores
/// ```
public struct FeatureSet: Sendable {
    static let format = "gyrus-features 1"

    /// Names of the stages.
    public let stages: [String]
    /// Number of classes.
    public let classes: Int
    private let file: SafetensorsFile

    /// Opens a file of features.
    /// - Throws: `Failure` naming the file and what is wrong in it.
    public init(opening path: String) throws {
        file = try SafetensorsFile(opening: path)
        guard file.metadata["format"] == Self.format, let stages = file.metadata["stages"],
            let classes = file.metadata["classes"].flatMap(Int.init)
        else {
            throw Failure(.corrupt, "'\(path)' holds no features: its metadata has no format '\(Self.format)'.")
        }
        self.stages = stages.split(separator: " ").map(String.init)
        self.classes = classes
    }

    /// The samples of a split with the features of several backbones, left in mapped memory.
    /// - Throws: `Failure` with code `invalid-argument` where they are features of different samples.
    public static func source(_ split: PreparedDataset.Split, of sets: [FeatureSet]) throws -> SampleSource {
        guard let first = sets.first else {
            throw Failure(.invalidArgument, "There are no features to take samples from.")
        }
        let labels = try first.labels(split)
        for other in sets.dropFirst() {
            guard try other.labels(split) == labels, other.classes == first.classes else {
                throw Failure(
                    .invalidArgument,
                    "'\(first.file.path)' and '\(other.file.path)' are features of different samples.")
            }
        }
        return try SampleSource(
            classes: first.classes, modalities: sets.flatMap { try $0.modalities(split) }, labels: labels,
            owner: sets.map(\.file))
    }

    private func labels(_ split: PreparedDataset.Split) throws -> [Int32] {
        try file.elements(of: "\(split.rawValue).labels")
    }

    private func modalities(_ split: PreparedDataset.Split) throws -> [SampleSource.Modality] {
        let indices: [Int32] = try file.elements(of: "\(split.rawValue).indices")
        return try stages.map { stage in
            let rows = try file.entry(named: "\(split.rawValue).\(stage).rows")
            guard rows.type == .float32, rows.shape.count == 2 else {
                throw Failure(
                    .corrupt,
                    "'\(file.path)': tensor '\(rows.name)' has type \(rows.type.rawValue) and shape \(rows.shape).")
            }
            return SampleSource.Modality(
                name: stage, shape: [rows.shape[1]], elementType: .float32, rows: file.unsafeBytes(of: rows),
                indices: indices)
        }
    }
}
