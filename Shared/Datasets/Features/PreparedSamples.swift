public import Foundation
public import Torch

/// Samples as they were prepared, or the features that backbones gave for them.
public enum PreparedSamples: Sendable {
    /// The samples themselves, with views of frozen networks.
    case dataset(PreparedDataset, views: [PreparedDataset])
    /// Features of several backbones.
    case features([FeatureSet])

    /// Opens the file of a prepared dataset and those of its views, or files of features.
    /// - Throws: `Failure` naming the file and what is wrong in it.
    public init(opening files: [URL], areFeatures: Bool) throws {
        if !areFeatures, let file = files.first {
            self = .dataset(
                try PreparedDataset(opening: file.path),
                views: try files.dropFirst().map { try PreparedDataset(opening: $0.path) })
        } else {
            self = .features(try files.map { try FeatureSet(opening: $0.path) })
        }
    }

    /// The samples of a split, left in mapped memory.
    public func source(_ split: PreparedDataset.Split) throws -> SampleSource {
        switch self {
        case .dataset(let dataset, let views): try dataset.source(split, with: views)
        case .features(let sets): try FeatureSet.source(split, of: sets)
        }
    }
}
