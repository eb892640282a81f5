public import Model

/// What was found in a user's data, for people and for programs.
public struct DataReport: Hashable, Sendable, Codable {
    /// One column.
    public struct Column: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// What it holds.
        public var kind: ColumnKind
        /// What it is for: `input`, `target`, `group`, `split`, `time`, or why it is left out.
        public var role: String
        /// Rows without a value.
        public var missing: Int
        /// The first of them.
        public var firstMissing: String?
        /// Different values.
        public var distinct: Int
        /// Least number.
        public var minimum: Double?
        /// Greatest number.
        public var maximum: Double?
        /// Mean of the numbers.
        public var mean: Double?
        /// A few values.
        public var examples: [String]
    }

    /// One modality.
    public struct Modality: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// What it holds.
        public var kind: ModalityKind
        /// Its columns.
        public var columns: [String]
        /// Sizes, durations or lengths by name, such as `width`.
        public var measures: [String: Quantiles]
        /// Samples that lack it: no value, or a file that cannot be read.
        public var missing: Int
    }

    /// Where the values of a measure lie.
    public struct Quantiles: Hashable, Sendable, Codable {
        /// Least, a quarter, half, three quarters, greatest.
        public var values: [Double]
    }

    /// A class or label.
    public struct Class: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// Samples that have it.
        public var count: Int
    }

    /// Samples with equal content.
    public struct Duplicates: Hashable, Sendable, Codable {
        /// Samples that an earlier one of the same part equals.
        public var within = 0
        /// Samples for validation or test that also are in another part: what is known there is no surprise.
        public var across = 0
        /// Samples that equal another one with another answer.
        public var contradicting = 0
        /// The first pair, for a look at it.
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

    /// One of a few samples.
    public struct Sample: Hashable, Sendable, Codable {
        /// The row.
        public var place: String
        /// Its part.
        public var part: SamplePart
        /// Its answer.
        public var answer: String
        /// Its values by column.
        public var values: [String: String]
    }

    /// The source, as an absolute path.
    public var source: String
    /// What it is.
    public var form: String
    /// Rows, with and without a target.
    public var rows: Int
    /// Samples of each part.
    public var samples: DatasetRecipe.Counts
    /// The columns.
    public var columns: [Column]
    /// The modalities.
    public var modalities: [Modality]
    /// What is learned.
    public var target: Target
    /// Columns of the target.
    public var targetColumns: [String]
    /// How the target was found; nil where the user named it.
    public var guess: String?
    /// Classes or labels with their counts, in the order of networks' outputs.
    public var classes: [Class]
    /// Samples that are the same.
    public var duplicates: Duplicates
    /// How many files cannot be read.
    public var unreadable: Int
    /// The first of them, by name.
    public var unreadableFiles: [UnreadableFile]
    /// A few samples.
    public var examples: [Sample]
    /// The column whose values are kept on one side of the split, where it was found by looking.
    public var suggestedGroup: String?
    /// What a user should know.
    public var notes: [String]
    /// The settings that say all of this, as a scenario file has them.
    public var settings: DataSettings
}
