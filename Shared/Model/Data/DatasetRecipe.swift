import Foundation

/// Everything that determines a prepared dataset: the same recipe gives the same bytes.
///
/// ```swift
/// let recipe = try DatasetRecipe(modalities: [
///     "image": .init(dataset: "mnist", energyRemoved: 0.75),
///     "audio": .init(dataset: "fsdd", noise: "esc10", signalToNoise: 10),
/// ])
/// recipe.id   // names the prepared file
/// ```
public struct DatasetRecipe: Hashable, Sendable, Codable {
    /// What separates training from test.
    public enum Split: String, Hashable, Sendable, Codable, CaseIterable {
        /// No recording, picture or noise clip is on both sides, but speakers are.
        case recording
        /// The speaker in the test split is in no other split.
        case speaker
    }

    /// One modality of a sample.
    public struct Modality: Hashable, Sendable, Codable {
        /// Name of its raw data.
        public var dataset: String
        /// Pictures: share of the variance to remove, from 0 to below 1.
        public var energyRemoved: Double?
        /// Audio: name of the noise that is added.
        public var noise: String?
        /// Audio: signal-to-noise ratio of speech to added noise, in decibels.
        public var signalToNoise: Double?
        /// Audio: height and width of the spectrogram.
        public var spectrogram: Int?
        /// Video: names of the detectors whose detections are followed.
        public var detectors: [String]?
        /// Video: names of sequences that are scored but not used to choose anything.
        public var heldOut: [String]?
        /// Video: number of frames used from the start of each sequence; nil for all.
        public var frames: Int?

        /// Describes a modality. Settings that are left out get the defaults for the kind of dataset.
        public init(
            dataset: String, energyRemoved: Double? = nil, noise: String? = nil, signalToNoise: Double? = nil,
            spectrogram: Int? = nil, detectors: [String]? = nil, heldOut: [String]? = nil, frames: Int? = nil
        ) {
            self.dataset = dataset
            self.energyRemoved = energyRemoved
            self.noise = noise
            self.signalToNoise = signalToNoise
            self.spectrogram = spectrogram
            self.detectors = detectors
            self.heldOut = heldOut
            self.frames = frames
        }

        enum CodingKeys: String, CodingKey {
            case dataset
            case energyRemoved = "pca-energy-removed"
            case noise
            case signalToNoise = "signal-to-noise"
            case spectrogram
            case detectors
            case heldOut = "held-out"
            case frames
        }
    }

    /// Number of samples to pair for each split; a sample is one row of each modality.
    public struct Counts: Hashable, Sendable, Codable {
        /// Samples to train on.
        public var training: Int
        /// Samples used to choose networks.
        public var validation: Int
        /// Samples used only for the final score.
        public var test: Int

        /// Describes the number of samples.
        public init(training: Int = 12_000, validation: Int = 2_000, test: Int = 2_000) {
            self.training = training
            self.validation = validation
            self.test = test
        }
    }

    /// Allowed values of settings.
    public enum Limits {
        /// Side of a spectrogram.
        public static let spectrogram = 64...256
        /// Signal-to-noise ratio in decibels.
        public static let signalToNoise = -40.0...60.0
        /// Samples in a split.
        public static let samples = 1...1_000_000
        /// Noisy variants of each recording.
        public static let mixes = 1...100
        /// Frames of a sequence.
        public static let frames = 1...1_000_000
        /// Detectors of a video.
        public static let detectors = 1...32
    }

    /// The modalities by name; the names are the inputs of networks.
    public let modalities: [String: Modality]
    /// What separates training from test.
    public let split: Split
    /// Noisy variants made of each recording, in every split.
    public let mixes: Int
    /// Samples of each split.
    public let counts: Counts
    /// Seed of every choice: pairing, noise clips, validation share.
    public let seed: UInt64
    /// The classes whose samples are used; they keep their numbers. Nil for all.
    public let labels: [Int]?
    /// Audio: the speakers whose recordings are used; nil for all.
    public let speakers: [String]?

    /// Checks a recipe and fills in defaults, so that recipes with the same meaning are equal.
    /// - Throws: `Failure` naming the invalid field.
    public init(
        modalities: [String: Modality], split: Split = .recording, mixes: Int = 3, counts: Counts = Counts(),
        seed: UInt64 = 1, labels: [Int]? = nil, speakers: [String]? = nil
    ) throws {
        self.modalities = try Self.completed(modalities)
        self.split = split
        self.mixes = mixes
        self.counts = counts
        self.seed = seed
        self.labels = labels.map { Set($0).sorted() }
        self.speakers = speakers.map { Set($0).sorted() }
        try checkParts()
        try Self.check(mixes, in: Limits.mixes, field: "mixes")
        for (field, count) in [
            ("training", counts.training), ("validation", counts.validation), ("test", counts.test),
        ] {
            try Self.check(count, in: Limits.samples, field: "counts.\(field)")
        }
    }

    /// Reads a recipe from its JSON form and checks it.
    public init(json: String) throws {
        do {
            self = try JSONDecoder().decode(DatasetRecipe.self, from: Data(json.utf8))
        } catch let error as DecodingError {
            throw Failure(.invalidArgument, "Cannot read the dataset recipe: \(Self.explain(error))")
        }
    }

    /// Decodes and checks a recipe.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            modalities: container.decode([String: Modality].self, forKey: .modalities),
            split: container.decode(Split.self, forKey: .split),
            mixes: container.decode(Int.self, forKey: .mixes),
            counts: container.decode(Counts.self, forKey: .counts),
            seed: container.decode(UInt64.self, forKey: .seed),
            labels: container.decodeIfPresent([Int].self, forKey: .labels),
            speakers: container.decodeIfPresent([String].self, forKey: .speakers))
    }

    /// The canonical JSON of this recipe: keys sorted, no white space, every field that has a value.
    public var canonicalJSON: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            preconditionFailure("a recipe holds only strings and finite numbers")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Digest of the canonical JSON; identifies the prepared dataset everywhere.
    public var id: String { BlobDigest(hashing: Array(canonicalJSON.utf8)).hexadecimal }
}
