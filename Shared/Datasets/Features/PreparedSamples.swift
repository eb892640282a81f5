public import Foundation
public import Model
public import Torch

/// Prepared samples, or the features that backbones computed for them.
public enum PreparedSamples: Sendable {
    /// The samples themselves, with views of frozen networks.
    case dataset(PreparedDataset, views: [PreparedDataset])
    /// Features of several backbones.
    case features([FeatureSet])

    /// Opens the file of a prepared dataset and those of its views, or files of features.
    /// - Throws: `Failure` naming the file and the error in it.
    public init(opening files: [URL], areFeatures: Bool) throws {
        if !areFeatures, let file = files.first {
            self = .dataset(
                try PreparedDataset(opening: file.path),
                views: try files.dropFirst().map { try PreparedDataset(opening: $0.path) })
        } else {
            self = .features(try files.map { try FeatureSet(opening: $0.path) })
        }
    }

    /// The input that networks read for each modality; unknown for features.
    public var inputs: [String: InputSignature] {
        guard case .dataset(let dataset, let views) = self else { return [:] }
        return views.reduce(dataset.inputs) { $0.merging($1.inputs) { $1 } }
    }

    /// Positions of the first samples of a split in the user's data; empty if unknown.
    public func places(_ split: PreparedDataset.Split) throws -> [String] {
        guard case .dataset(let dataset, _) = self else { return [] }
        return try dataset.places(split)
    }

    /// The samples of a split, left in mapped memory.
    public func source(_ split: PreparedDataset.Split) throws -> SampleSource {
        switch self {
        case .dataset(let dataset, let views): try dataset.source(split, with: views)
        case .features(let sets): try FeatureSet.source(split, of: sets)
        }
    }
}
