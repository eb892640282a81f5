import Foundation

/// All that is known of prepared data of a user, from preparing to predicting: what was read, what was fitted on the training
/// samples, what networks read and answer.
///
/// It stands in the metadata of the prepared dataset, and in the package of every network that was trained on it.
public struct DatasetManifest: Hashable, Sendable, Codable {
    /// How one modality is made of columns.
    public struct Input: Hashable, Sendable, Codable {
        /// What networks read.
        public var signature: InputSignature
        /// The columns of the data that it is made of.
        public var columns: [String]
        /// What turns their values into what networks read.
        public var preparation: Preparation
        /// The frozen network that reads what was prepared, of an input that is a view; nil for any other.
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

    /// The form of the manifest; readers refuse a newer one.
    public var version = DatasetManifest.currentVersion
    /// Name for people.
    public var name: String
    /// How the data were read.
    public var settings: DataSettings
    /// Digest of what was read: names, sizes and contents.
    public var content: String
    /// The modalities by name.
    public var inputs: [String: Input]
    /// What networks learn to answer.
    public var target: Target
    /// Training samples of each class or label; nil where numbers are learned.
    public var counts: [Int]?
    /// Samples of each split.
    public var samples: DatasetRecipe.Counts
    /// What a person should know, such as rows that were left out.
    public var notes: [String]

    /// The form that this program writes.
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
            throw Failure(.corrupt, "The manifest of the data cannot be read: \(error)")
        }
        guard version <= Self.currentVersion else {
            throw Failure(
                .corrupt,
                "The manifest of the data has version \(version), and this program reads up to \(Self.currentVersion).")
        }
    }

    /// The one JSON text of this manifest: keys sorted, no white space.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Identity of the prepared dataset: the same settings and the same contents have the same.
    public var id: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let settings = try encoder.encode(settings)
            return BlobDigest(hashing: Array(settings) + Array(content.utf8) + [UInt8(Self.currentVersion)]).hexadecimal
        }
    }

    /// What scenarios need to know of the data.
    public var prepared: PreparedData {
        get throws {
            PreparedData(
                id: try id, name: name, inputs: inputs.mapValues(\.signature), target: target, samples: samples)
        }
    }
}
