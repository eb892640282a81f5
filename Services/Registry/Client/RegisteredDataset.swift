public import Model
package import Schema

/// A prepared dataset that the registry holds.
public struct RegisteredDataset: Hashable, Sendable {
    /// Name in the catalog, such as `av-mnist`.
    public var name: String
    /// Digest of the recipe that prepared it, which is its identity.
    public var recipe: BlobDigest
    /// The prepared file.
    public var blob: BlobDigest
    /// Size of the prepared file; set by the registry.
    public var bytes: UInt64
    /// Number of classes.
    public var classes: UInt32
    /// Samples, shapes, splits and origin, for people.
    public var attributes: [String: String]

    /// Makes a dataset to be registered.
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

    /// Beginning of the names of attributes that were counted on a sample.
    public static let statisticPrefix = "statistic."

    /// What was counted on a sample of it, such as `image.contrast`.
    public var statistics: [String: Double] {
        var statistics: [String: Double] = [:]
        for (name, text) in attributes where name.hasPrefix(Self.statisticPrefix) {
            statistics[String(name.dropFirst(Self.statisticPrefix.count))] = Double(text)
        }
        return statistics
    }

    private static let shapeSuffix = ".shape"

    /// Its modalities.
    public var modalities: [String] {
        attributes.keys.filter { $0.hasSuffix(Self.shapeSuffix) }.map { String($0.dropLast(Self.shapeSuffix.count)) }
            .sorted()
    }

    /// Samples to train on; 0 if that is not known.
    public var trainingSamples: Int { attributes["training.samples"].flatMap(Int.init) ?? 0 }

    /// The dataset that was received.
    package init(_ wire: Wire.Dataset) throws {
        self.init(
            name: wire.name, recipe: try BlobDigest(wire.recipe), blob: try BlobDigest(wire.blob), bytes: wire.bytes,
            classes: wire.classes, attributes: .init(wire.attributes))
    }
}

extension Wire.Dataset {
    /// The dataset as it is sent.
    package init(_ dataset: RegisteredDataset) {
        self.init(
            name: dataset.name, recipe: dataset.recipe.hexadecimal, blob: dataset.blob.hexadecimal,
            bytes: dataset.bytes, classes: dataset.classes, attributes: .init(dataset.attributes))
    }
}
