public import Foundation
public import Torch

/// Samples as they were prepared, or the features that backbones gave for them.
public enum PreparedSamples: Sendable {
    /// The samples themselves.
    case dataset(PreparedDataset)
    /// Features of several backbones.
    case features([FeatureSet])

    /// Opens the file of a prepared dataset, or files of features.
    /// - Throws: `Failure` naming the file and what is wrong in it.
    public init(opening files: [URL], areFeatures: Bool) throws {
        if !areFeatures, let file = files.first {
            self = .dataset(try PreparedDataset(opening: file.path))
        } else {
            self = .features(try files.map { try FeatureSet(opening: $0.path) })
        }
    }

    /// The samples of a split, left in mapped memory.
    public func source(_ split: PreparedDataset.Split) throws -> SampleSource {
        switch self {
        case .dataset(let dataset): try dataset.source(split)
        case .features(let sets): try FeatureSet.source(split, of: sets)
        }
    }
}
