import Foundation

/// Everything that is known about a user's prepared data, from preparation to prediction: what was read, what was
/// fitted on the training samples, what networks read and answer.
///
/// It is part of the metadata of the prepared dataset, and of the package of every network that was trained on it.
public struct DatasetManifest: Hashable, Sendable, Codable {
    /// How one modality is made from columns.
    public struct Input: Hashable, Sendable, Codable {
        /// The shape and kind of input that networks read.
        public var signature: InputSignature
        /// The columns that it is made from.
        public var columns: [String]
        /// How values of these columns are converted to the input of networks.
        public var preparation: Preparation
        /// For an input that is a view, the frozen network that reads the prepared values; nil for any other input.
        public var frozen: FrozenNetwork?

        /// Describes an input.
        public init(
            signature: InputSignature, columns: [String], preparation: Preparation, frozen: FrozenNetwork? = nil
        ) {
            self.signature = signature
            self.columns = columns
            self.preparation = preparation
            self.frozen = frozen
        }
    }

    /// Version of the manifest's format; readers reject a newer one.
    public var version = DatasetManifest.currentVersion
    /// Display name.
    public var name: String
    /// How the data was read.
    public var settings: DataSettings
    /// Digest of the data that was read: names, sizes and contents.
    public var content: String
    /// The modalities by name.
    public var inputs: [String: Input]
    /// What networks learn to answer.
    public var target: Target
    /// Number of training samples per class or label; nil for a regression.
    public var counts: [Int]?
    /// Number of samples in each split.
    public var samples: DatasetRecipe.Counts
    /// Notes for the user, such as rows that were left out.
    public var notes: [String]

    /// The version that this program writes.
    public static let currentVersion = 1

    /// Describes data.
    public init(
        name: String, settings: DataSettings, content: String, inputs: [String: Input], target: Target,
        counts: [Int]?, samples: DatasetRecipe.Counts, notes: [String] = []
    ) {
        self.name = name
        self.settings = settings
        self.content = content
        self.inputs = inputs
        self.target = target
        self.counts = counts
        self.samples = samples
        self.notes = notes
    }

    /// Reads the JSON form.
    /// - Throws: `Failure` with code `corrupt`.
    public init(json: String) throws {
        do {
            self = try JSONDecoder().decode(DatasetManifest.self, from: Data(json.utf8))
        } catch {
            throw Failure(.corrupt, "Cannot read the manifest of the data: \(error)")
        }
        guard version <= Self.currentVersion else {
            throw Failure(
                .corrupt,
                "The manifest of the data has version \(version), but this program reads versions up to "
                    + "\(Self.currentVersion)."
            )
        }
    }

    /// The canonical JSON of this manifest: keys sorted, no white space.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Identity of the prepared dataset. The same settings and contents give the same identity.
    public var id: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let settings = try encoder.encode(settings)
            return BlobDigest(hashing: Array(settings) + Array(content.utf8) + [UInt8(Self.currentVersion)]).hexadecimal
        }
    }

    /// What scenarios need to know about the data.
    public var prepared: PreparedData {
        get throws {
            PreparedData(
                id: try id, name: name, inputs: inputs.mapValues(\.signature), target: target, samples: samples)
        }
    }
}
