import Foundation
public import Model
import Safetensors
public import Torch

/// The features of a backbone for all samples of a prepared dataset: one safetensors file, mapped into memory.
///
/// For each split and stage, `training.image_stage2.rows` holds a vector for each row of the modality;
/// `training.indices` holds the row of each sample, `training.labels` the correct classes or `training.answers` the
/// correct numbers. Metadata: `format`, `stages` and `target` (JSON).
///
/// ```swift
/// let samples = try FeatureSet.source(.training, of: [image, audio])   // inputs image_stage1 … audio_scores
/// ```
public struct FeatureSet: Sendable {
    static let format = "gyrus-features 2"

    /// Names of the stages.
    public let stages: [String]
    /// What networks learn to answer.
    public let target: Target
    private let file: SafetensorsFile

    /// Opens a file of features.
    /// - Throws: `Failure` naming the file and the error in it.
    public init(opening path: String) throws {
        file = try SafetensorsFile(opening: path)
        guard file.metadata["format"] == Self.format, let stages = file.metadata["stages"] else {
            throw Failure(.corrupt, "'\(path)' holds no features: its metadata has no format '\(Self.format)'.")
        }
        self.stages = stages.split(separator: " ").map(String.init)
        guard
            let target = file.metadata["target"].flatMap({ try? JSONDecoder().decode(Target.self, from: Data($0.utf8)) }
            )
        else { throw Failure(.corrupt, "'\(path)' holds features without a readable target.") }
        self.target = target
    }

    /// The samples of a split with the features of several backbones, left in mapped memory.
    /// - Throws: `Failure` with code `invalid-argument` if they are features of different samples.
    public static func source(_ split: PreparedDataset.Split, of sets: [FeatureSet]) throws -> SampleSource {
        guard let first = sets.first else {
            throw Failure(.invalidArgument, "There are no features to take samples from.")
        }
        let answers = try first.answers(split)
        for other in sets.dropFirst() {
            guard try other.answers(split) == answers, other.target == first.target else {
                throw Failure(
                    .invalidArgument,
                    "'\(first.file.path)' and '\(other.file.path)' are features of different samples.")
            }
        }
        return try SampleSource(
            target: first.target, modalities: sets.flatMap { try $0.modalities(split) }, answers: answers,
            groups: try first.groups(split), owner: sets.map(\.file))
    }

    private func answers(_ split: PreparedDataset.Split) throws -> SampleSource.Answers {
        switch target.kind {
        case .classification: .classes(try file.elements(of: "\(split.rawValue).labels"))
        case .multiLabel, .regression: .numbers(try file.elements(of: "\(split.rawValue).answers"))
        }
    }

    private func groups(_ split: PreparedDataset.Split) throws -> [Int32]? {
        let name = "\(split.rawValue).groups"
        return file.entries.contains { $0.name == name } ? try file.elements(of: name) : nil
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
