/// A public or generated dataset that scenarios name instead of describing it: the manifest of such data is built in.
///
/// Other code learns kinds, shapes and classes from a preset or, once the data is prepared, from its manifest.
public struct Preset: Hashable, Sendable {
    /// What it holds, and how networks read it unless a scenario says otherwise.
    public enum Content: Hashable, Sendable {
        /// Labeled pictures of `shape`, which is channels, height and width.
        case pictures(shape: [Int])
        /// Labeled recordings that become clips; `side` is the usual height and width of a spectrogram.
        case recordings(Clip, side: Int)
        /// Recordings to mix into such clips; their labels are not used.
        case noise
        /// Sequences of frames in which people are followed.
        case video
    }

    /// The part of a recording that networks hear.
    public struct Clip: Hashable, Sendable {
        /// Samples per second.
        public let rate: Int
        /// Number of samples.
        public let samples: Int

        /// Describes a clip.
        public init(rate: Int, samples: Int) {
            self.rate = rate
            self.samples = samples
        }
    }

    /// Where its samples come from.
    public enum Source: Hashable, Sendable {
        /// IDX files of pictures and labels, whose names begin with those of the training and the test part.
        case arrays(training: String, test: String)
        /// Files named `{class}_{speaker}_{take}.wav`; takes below `tests` are the official test.
        case takes(tests: Int)
        /// Files named `{fold}-{recording}-{take}-{class}.wav`.
        case folds
        /// Sequences of a tracking benchmark, in the folder `set` of the preset's folder.
        case benchmark(set: String)
        /// Gyrus draws pictures.
        case drawing
        /// Gyrus generates tones.
        case tones
        /// Gyrus generates noise.
        case noise
    }

    /// Its name in scenarios.
    public let name: String
    /// What it holds.
    public let content: Content
    /// Where its samples come from.
    public let source: Source
    /// Folders that may hold it, below a folder of data, in the order of the search; empty for generated data.
    public let folders: [String]
    /// Names of the classes, in the order of their numbers. Presets with the same classes can be paired. Empty for
    /// noise.
    public let classes: [String]
    /// The generated preset that can replace it if its data is not available; nil if there is none. Generated presets
    /// replace themselves.
    public let substitute: String?

    /// Whether Gyrus generates the data.
    public var isGenerated: Bool { substitute == name }

    /// The kind of modality that it can be; nil for noise.
    public var kind: ModalityKind? {
        switch content {
        case .pictures: .image
        case .recordings: .audio
        case .noise: nil
        case .video: .video
        }
    }

    /// The usual height and width of a spectrogram; nil if it holds no recordings of its own.
    public var usualSide: Int? {
        if case .recordings(_, let side) = content { side } else { nil }
    }

    /// The input that networks read; nil for noise.
    /// - Parameter side: Height and width of spectrograms; nil for the usual ones.
    public func input(side: Int?) -> InputSignature? {
        kind.map { kind in
            switch content {
            case .pictures(let shape): InputSignature(kind: kind, shape: shape)
            case .recordings(_, let usual): InputSignature(kind: kind, shape: [1, side ?? usual, side ?? usual])
            case .noise, .video: InputSignature(kind: kind, shape: [])
            }
        }
    }

    /// The preset with a given name.
    /// - Parameter field: The field that gave the name, for the message.
    /// - Throws: `Failure` naming the field and the closest known name.
    public static func named(_ name: String, field: String) throws -> Preset {
        try named(name, among: all, field: field)
    }

    /// The noise with a given name.
    /// - Parameter field: The field that gave the name, for the message.
    /// - Throws: `Failure` naming the field and the closest known name.
    public static func noise(named name: String, field: String) throws -> Preset {
        if let other = all.first(where: { $0.name == name }), let kind = other.kind {
            throw Failure(
                .invalidArgument, "\(field): '\(name)' holds \(kind.rawValue), but noise is needed here.")
        }
        return try named(name, among: all.filter { $0.kind == nil }, field: field)
    }

    private static func named(_ name: String, among presets: [Preset], field: String) throws -> Preset {
        if let preset = presets.first(where: { $0.name == name }) { return preset }
        let names = presets.map(\.name)
        throw Failure(
            .invalidArgument,
            "\(field): there is no dataset '\(name)'.\(NearestName.question(name, among: names)) "
                + "Known datasets: \(names.joined(separator: ", ")).")
    }

    /// The name of the first preset that is a modality of a kind, or of the first noise if it is nil; for examples in
    /// messages.
    public static func example(_ kind: ModalityKind?) -> String {
        all.first { $0.kind == kind }?.name ?? ""
    }

    /// The generated preset that replaces this one.
    /// - Throws: `Failure` with code `invalid-argument` if there is none.
    public var generated: String {
        get throws {
            if let substitute { return substitute }
            throw Failure(
                .invalidArgument,
                "dataset: Gyrus cannot generate data in place of '\(name)'; name the folder that holds it with "
                    + "$GYRUS_DATA."
            )
        }
    }
}
