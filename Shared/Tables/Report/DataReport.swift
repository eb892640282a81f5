public import Model

/// What was found in a user's data, for people and for programs.
public struct DataReport: Hashable, Sendable, Codable {
    /// One column.
    public struct Column: Hashable, Sendable, Codable {
        /// Its name in the source.
        public var name: String
        /// What it holds.
        public var kind: ColumnKind
        /// Its role: `input`, `target`, `group`, `split`, `time`, or why it is left out.
        public var role: String
        /// Number of rows without a value.
        public var missing: Int
        /// The first of these rows.
        public var firstMissing: String?
        /// Number of different values.
        public var distinct: Int
        /// Smallest number.
        public var minimum: Double?
        /// Largest number.
        public var maximum: Double?
        /// Mean of the numbers.
        public var mean: Double?
        /// A few values.
        public var examples: [String]
    }

    /// One modality.
    public struct Modality: Hashable, Sendable, Codable {
        /// Name of the network input.
        public var name: String
        /// What it holds.
        public var kind: ModalityKind
        /// The columns that give its value: one, or several for a table or a series.
        public var columns: [String]
        /// Sizes, durations or lengths by name, such as `width`.
        public var measures: [String: Quantiles]
        /// Number of samples without it: no value, or a file that cannot be read.
        public var missing: Int
    }

    /// The distribution of a measure.
    public struct Quantiles: Hashable, Sendable, Codable {
        /// Minimum, first quartile, median, third quartile, maximum.
        public var values: [Double]
    }

    /// A class or label.
    public struct Class: Hashable, Sendable, Codable {
        /// The value of the target that stands for it.
        public var name: String
        /// Number of samples that have it.
        public var count: Int
    }

    /// Samples with equal content.
    public struct Duplicates: Hashable, Sendable, Codable {
        /// Number of samples that equal an earlier one in the same split.
        public var within = 0
        /// Number of validation or test samples that are also in another split, which makes scores too optimistic.
        public var across = 0
        /// Number of samples that equal another one with a different answer.
        public var contradicting = 0
        /// The first pair, for inspection.
        public var first: [String] = []
    }

    /// A file that cannot be read.
    public struct UnreadableFile: Hashable, Sendable, Codable {
        /// The row that names it.
        public var place: String
        /// The file, as the row names it.
        public var file: String
        /// Why it cannot be read.
        public var reason: String
    }

    /// An example.
    public struct Sample: Hashable, Sendable, Codable {
        /// The row.
        public var place: String
        /// Its split.
        public var part: SamplePart
        /// The value of the target.
        public var answer: String
        /// Its values by column.
        public var values: [String: String]
    }

    /// The source, as an absolute path.
    public var source: String
    /// The form of the source.
    public var form: String
    /// Number of rows, with and without a target.
    public var rows: Int
    /// Number of samples in each split.
    public var samples: DatasetRecipe.Counts
    /// All columns, including those that are left out.
    public var columns: [Column]
    /// The inputs of networks.
    public var modalities: [Modality]
    /// What is learned.
    public var target: Target
    /// Columns of the target.
    public var targetColumns: [String]
    /// How the target was inferred; nil if the user named it.
    public var guess: String?
    /// Classes or labels with their counts, in the order of networks' outputs.
    public var classes: [Class]
    /// Duplicate samples.
    public var duplicates: Duplicates
    /// Number of files that cannot be read.
    public var unreadable: Int
    /// The first of these, by name.
    public var unreadableFiles: [UnreadableFile]
    /// A few samples.
    public var examples: [Sample]
    /// The group column, if it was inferred: rows with the same value stay on one side of the split.
    public var suggestedGroup: String?
    /// Notes for the user.
    public var notes: [String]
    /// The settings that express all of this, as in a scenario file.
    public var settings: DataSettings
}
