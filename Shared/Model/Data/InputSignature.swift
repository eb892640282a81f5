/// The kind of data that a modality holds.
public enum ModalityKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Pictures of one or three channels.
    case image
    /// Sound, as spectrograms or waveforms.
    case audio
    /// Text, as token numbers.
    case text
    /// Columns of numbers and categories.
    case table
    /// Measurements over time.
    case series
    /// Sequences of frames in which people are followed.
    case video

    /// How samples can be changed at random without becoming something else.
    public enum Distortion: Hashable, Sendable {
        /// Moved, turned, bent and recolored.
        case picture
        /// Like measurements, or as spectrograms.
        case sound
        /// Scaled, and with noise.
        case measurements
    }

    /// How samples can be distorted; nil where magnitudes have no meaning, as those of token and category numbers.
    public var distortion: Distortion? {
        switch self {
        case .image, .video: .picture
        case .audio: .sound
        case .series: .measurements
        case .text, .table: nil
        }
    }

    /// Whether a modality can consist of several columns of the user's data.
    public var takesSeveralColumns: Bool {
        switch self {
        case .table, .series: true
        case .image, .audio, .text, .video: false
        }
    }

    /// Name of a modality that the user did not name.
    public var usualName: String { self == .image ? "picture" : rawValue }

    /// The function of the brain that perceives it; nil for a table of numbers, which alone engages none.
    public var function: String? {
        switch self {
        case .image, .video: "perception.vision"
        case .audio: "perception.audition"
        case .text: "cognition.language"
        case .table, .series: nil
        }
    }

    /// The functional area that perceives it; nil as for `function`.
    public var area: String? {
        switch self {
        case .image, .video: "vision"
        case .audio: "audition"
        case .text: "language"
        case .table, .series: nil
        }
    }
}

/// The input that a network reads for one modality.
public struct InputSignature: Hashable, Sendable, Codable {
    /// The kind of data.
    public var kind: ModalityKind
    /// Shape of one sample: `[channels, height, width]` for pictures and spectrograms (bands × frames), `[channels,
    /// length]` for waveforms and series, `[length]` for texts, `[columns]` for tables.
    public var shape: [Int]
    /// Text: number of different tokens; token 0 pads short texts.
    public var vocabulary: Int?
    /// Table: number of values of each category column. A row holds its numbers first, then the category's number for
    /// each of these columns, from 0 (unknown or missing) to the count − 1.
    public var categories: [Int]?

    /// Whether some samples lack it; nil if none does. A network reads zeros for these.
    public var hasGaps: Bool?

    /// Describes an input.
    public init(
        kind: ModalityKind, shape: [Int], vocabulary: Int? = nil, categories: [Int]? = nil, hasGaps: Bool? = nil
    ) {
        self.kind = kind
        self.shape = shape
        self.vocabulary = vocabulary
        self.categories = categories
        self.hasGaps = hasGaps
    }
}
