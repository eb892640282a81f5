public import Model
package import Schema

/// A prepared dataset that the registry holds.
public struct RegisteredDataset: Hashable, Sendable {
    /// Name in the catalog, such as `av-mnist`.
    public var name: String
    /// Digest of the recipe that prepared it; the dataset's identity.
    public var recipe: BlobDigest
    /// Digest of the prepared file.
    public var blob: BlobDigest
    /// Size of the prepared file in bytes, set by the registry.
    public var bytes: UInt64
    /// Number of classes.
    public var classes: UInt32
    /// Samples, shapes, splits and origin, for display.
    public var attributes: [String: String]

    /// Makes a dataset to register.
    public init(
        name: String, recipe: BlobDigest, blob: BlobDigest, bytes: UInt64 = 0, classes: UInt32,
        attributes: [String: String] = [:]
    ) {
        self.name = name
        self.recipe = recipe
        self.blob = blob
        self.bytes = bytes
        self.classes = classes
        self.attributes = attributes
    }

    /// Attribute of features that a network with these weights computed. The trainer computes them again when a search
    /// needs them, so the registry's retention may remove them.
    public static let featureWeights = "weights"

    /// Prefix of attributes that were computed on a sample.
    public static let statisticPrefix = "statistic."

    /// Statistics computed on a sample of the dataset, such as `image.contrast`.
    public var statistics: [String: Double] {
        var statistics: [String: Double] = [:]
        for (name, text) in attributes where name.hasPrefix(Self.statisticPrefix) {
            statistics[String(name.dropFirst(Self.statisticPrefix.count))] = Double(text)
        }
        return statistics
    }

    private static let shapeSuffix = ".shape"

    /// Names of the modalities, taken from the attributes.
    public var modalities: [String] {
        attributes.keys.filter { $0.hasSuffix(Self.shapeSuffix) }.map { String($0.dropLast(Self.shapeSuffix.count)) }
            .sorted()
    }

    /// Number of training samples; 0 if unknown.
    public var trainingSamples: Int { attributes["training.samples"].flatMap(Int.init) ?? 0 }

    /// Decodes a received dataset.
    package init(_ wire: Wire.Dataset) throws {
        self.init(
            name: wire.name, recipe: try BlobDigest(wire.recipe), blob: try BlobDigest(wire.blob), bytes: wire.bytes,
            classes: wire.classes, attributes: .init(wire.attributes))
    }
}

extension Wire.Dataset {
    /// The dataset in wire form.
    package init(_ dataset: RegisteredDataset) {
        self.init(
            name: dataset.name, recipe: dataset.recipe.hexadecimal, blob: dataset.blob.hexadecimal,
            bytes: dataset.bytes, classes: dataset.classes, attributes: .init(dataset.attributes))
    }
}
