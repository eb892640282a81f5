/// How a user's data is read: where it is, what is learned from it, and what is known about its columns.
///
/// Settings that are left out are inferred from the data. `ScenarioFile.dataSettings` reads them from a scenario:
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
        /// The columns; several for a regression with several numbers, or for labels in one column each.
        public var columns: [String]
        /// The kind of answer; nil to infer it from the data.
        public var kind: Target.Kind?

        /// Names the columns.
        public init(columns: [String], kind: Target.Kind? = nil) {
            self.columns = columns
            self.kind = kind
        }
    }

    /// One modality of a sample.
    public struct Modality: Hashable, Sendable, Codable {
        /// How a picture of another shape is converted to the required shape.
        public enum Fit: String, Hashable, Sendable, Codable, CaseIterable {
            /// Its center is kept.
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
            /// Words, as separated by white space and punctuation.
            case words
            /// Single characters.
            case characters
        }

        /// The form of sound that a network reads.
        public enum Sound: String, Hashable, Sendable, Codable, CaseIterable {
            /// A spectrogram of mel bands, in decibels.
            case mel
            /// The samples of the recording.
            case waveform
        }

        /// Its columns: one, or several for a table or a series.
        public var columns: [String]
        /// What it holds; nil to infer it from the data.
        public var kind: ModalityKind?
        /// Pictures: height and width.
        public var size: [Int]?
        /// Pictures: 1 (gray) or 3 (color).
        public var channels: Int?
        /// Pictures: how they are fitted.
        public var fit: Fit?
        /// Sound: samples per second.
        public var rate: Int?
        /// Sound: seconds to which recordings are cut or padded.
        public var seconds: Double?
        /// Sound: the form that a network reads.
        public var sound: Sound?
        /// Sound: number of mel bands.
        public var bands: Int?
        /// Text: what it is cut into.
        public var tokens: Tokens?
        /// Text: maximum number of different tokens.
        public var vocabulary: Int?
        /// Text: tokens; series: steps. Samples are cut or padded to this length.
        public var length: Int?

        /// Names the columns.
        public init(columns: [String], kind: ModalityKind? = nil) {
            self.columns = columns
            self.kind = kind
        }
    }

    /// How samples are split.
    public struct Split: Hashable, Sendable, Codable {
        /// A column that names each sample's split: `train`, `val`, `test` or similar words.
        public var column: String?
        /// A column, such as the speaker, whose samples with the same value all stay in one split.
        public var group: String?
        /// A column that orders the samples in time; the latest samples form the test split.
        public var time: String?
        /// Share of the samples for validation; nil for the default.
        public var validation: Double?
        /// Share of the samples for test; nil for the default if the data has no test split of its own.
        public var test: Double?
        /// Seed that determines which samples go into which split.
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
    /// Folder to which paths in a table are relative; nil for the table's own.
    public var files: String?
    /// Names of the columns of a table without a header.
    public var columns: [String]?
    /// Separator between the columns of a table; nil to infer it from the data.
    public var separator: String?
    /// Text encoding; nil for UTF-8.
    public var encoding: String?
    /// Other tables, by path relative to the source's folder, each with the column on which its rows are joined to
    /// samples.
    public var join: [String: String]?
    /// What is learned; nil to infer it from the data.
    public var target: Answer?
    /// Columns to hide from every network.
    public var ignored: [String]
    /// The modalities by name; nil to infer them from the data.
    public var modalities: [String: Modality]?
    /// How samples are split.
    public var split: Split
    /// Share of unreadable rows above which the preparation fails.
    public var tolerance: Double

    /// The default for the accepted share of unreadable rows.
    public static let defaultTolerance = 0.05

    /// Names the source; everything else is inferred from the data.
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
