/// What a modality of samples holds.
public enum ModalityKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Pictures of one or three channels.
    case image
    /// Sound, as spectrograms or waveforms.
    case audio
    /// Text, as numbers of tokens.
    case text
    /// Columns of numbers and categories.
    case table
    /// Measurements over time.
    case series
    /// Sequences of frames in which people are followed.
    case video

    /// The function of the brain that perceives it; nil where a table of numbers engages none by itself.
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

/// What a network reads of one modality.
public struct InputSignature: Hashable, Sendable, Codable {
    /// What it holds.
    public var kind: ModalityKind
    /// Shape of one sample: `[channels, height, width]` of pictures and spectrograms (bands × frames), `[channels, length]` of
    /// waveforms and series, `[length]` of texts, `[columns]` of tables.
    public var shape: [Int]
    /// Text: how many different tokens there are; 0 fills up short texts.
    public var vocabulary: Int?
    /// Table: how many values each category column has. Numbers stand first in a row, then a category's number for each of
    /// these columns, from 0 (unknown or missing) to the count − 1.
    public var categories: [Int]?

    /// Describes an input.
    public init(kind: ModalityKind, shape: [Int], vocabulary: Int? = nil, categories: [Int]? = nil) {
        self.kind = kind
        self.shape = shape
        self.vocabulary = vocabulary
        self.categories = categories
    }
}
