/// How data of a user are read: where they lie, what is learned of them, and what is known of their columns.
///
/// Whatever is left out is found by looking at the data. `ScenarioFile.dataSettings` reads it from a scenario:
///
/// ```yaml
/// data: {source: lesions.csv, split: {group: lesion, test: 0.2}}
/// target: {column: diagnosis}
/// modalities:
///   picture: {column: picture, kind: image, size: 64}
///   patient: {kind: table, columns: [age, sex, site]}
/// ```
public struct DataSettings: Hashable, Sendable, Codable {
    /// What is learned.
    public struct Answer: Hashable, Sendable, Codable {
        /// The columns; several for a regression with several numbers, or for labels that have a column each.
        public var columns: [String]
        /// What kind of answer it is; nil to find it by looking.
        public var kind: Target.Kind?

        /// Names the columns.
        public init(columns: [String], kind: Target.Kind? = nil) {
            self.columns = columns
            self.kind = kind
        }
    }

    /// One modality of a sample.
    public struct Modality: Hashable, Sendable, Codable {
        /// How a picture of another shape becomes one of the wanted shape.
        public enum Fit: String, Hashable, Sendable, Codable, CaseIterable {
            /// Its middle is taken.
            case crop
            /// It gets a border.
            case pad
            /// Its proportions change.
            case stretch
        }

        /// What a text is cut into.
        public enum Tokens: String, Hashable, Sendable, Codable, CaseIterable {
            /// Pieces of words, learned from the training texts (SentencePiece).
            case subwords
            /// Words as white space and punctuation part them.
            case words
            /// Characters.
            case characters
        }

        /// What a network reads of a sound.
        public enum Sound: String, Hashable, Sendable, Codable, CaseIterable {
            /// A spectrogram of mel bands, in decibels.
            case mel
            /// The samples themselves.
            case waveform
        }

        /// The columns it is made of: one, or several of a table or a series.
        public var columns: [String]
        /// What it holds; nil to find it by looking.
        public var kind: ModalityKind?
        /// Pictures: height and width.
        public var size: [Int]?
        /// Pictures: 1 (gray) or 3 (color).
        public var channels: Int?
        /// Pictures: how they are fitted.
        public var fit: Fit?
        /// Sound: samples a second.
        public var rate: Int?
        /// Sound: seconds that are kept or filled up to.
        public var seconds: Double?
        /// Sound: what a network reads.
        public var sound: Sound?
        /// Sound: mel bands.
        public var bands: Int?
        /// Text: what it is cut into.
        public var tokens: Tokens?
        /// Text: how many different tokens there are at most.
        public var vocabulary: Int?
        /// Text: tokens, and series: steps, that are kept or filled up to.
        public var length: Int?

        /// Names the columns.
        public init(columns: [String], kind: ModalityKind? = nil) {
            self.columns = columns
            self.kind = kind
        }
    }

    /// How samples are parted.
    public struct Split: Hashable, Sendable, Codable {
        /// A column whose values say where a sample belongs: `train`, `val`, `test` and words like these.
        public var column: String?
        /// A column whose values never stand on both sides, such as a speaker.
        public var group: String?
        /// A column by whose order samples are parted: the latest ones are for test.
        public var time: String?
        /// Share of the samples for validation; nil for the default.
        public var validation: Double?
        /// Share of the samples for test; nil for the default, where the data bring no test part of their own.
        public var test: Double?
        /// Determines which samples go where.
        public var seed: UInt64

        /// Describes a split.
        public init(
            column: String? = nil, group: String? = nil, time: String? = nil, validation: Double? = nil,
            test: Double? = nil, seed: UInt64 = 1
        ) {
            self.column = column
            self.group = group
            self.time = time
            self.validation = validation
            self.test = test
            self.seed = seed
        }
    }

    /// Path of the folder or file.
    public var source: String
    /// Folder that paths in a table are relative to; nil for the table's own.
    public var files: String?
    /// Names of a table's columns where it has no header.
    public var columns: [String]?
    /// What parts the columns of a table; nil to find it by looking.
    public var separator: String?
    /// Encoding of texts; nil for UTF-8.
    public var encoding: String?
    /// Other tables, by path relative to the source's folder, and the column by which their rows belong to samples.
    public var join: [String: String]?
    /// What is learned; nil to find it by looking.
    public var target: Answer?
    /// Columns that no network may see.
    public var ignored: [String]
    /// The modalities by name; nil to find them by looking.
    public var modalities: [String: Modality]?
    /// How samples are parted.
    public var split: Split
    /// Share of rows that may be unreadable before preparing them fails.
    public var tolerance: Double

    /// The share of unreadable rows that is accepted where nothing is said.
    public static let defaultTolerance = 0.05

    /// Names the source; the rest is found by looking.
    public init(
        source: String, target: Answer? = nil, modalities: [String: Modality]? = nil, ignored: [String] = [],
        split: Split = Split(), tolerance: Double = DataSettings.defaultTolerance
    ) {
        self.source = source
        self.target = target
        self.modalities = modalities
        self.ignored = ignored
        self.split = split
        self.tolerance = tolerance
    }
}
