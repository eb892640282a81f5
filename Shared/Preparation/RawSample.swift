public import Model
public import Tables

/// A modality of a user's data before preparation.
public struct RawModality: Hashable, Sendable {
    /// A column of the modality.
    public struct Column: Hashable, Sendable {
        /// Its name in the source.
        public var name: String
        /// Tables: whether it holds categories; otherwise it holds numbers.
        public var isCategory: Bool
        /// Whether it names files, or has their contents.
        public var isFile: Bool

        /// Describes a column.
        public init(name: String, isCategory: Bool = false, isFile: Bool = false) {
            self.name = name
            self.isCategory = isCategory
            self.isFile = isFile
        }
    }

    /// Name of the network input.
    public var name: String
    /// What it holds.
    public var kind: ModalityKind
    /// The columns that give its value: one, or several for a table or a series.
    public var columns: [Column]
    /// The user's settings for it.
    public var settings: DataSettings.Modality

    /// Describes a modality.
    public init(name: String, kind: ModalityKind, columns: [Column], settings: DataSettings.Modality) {
        self.name = name
        self.kind = kind
        self.columns = columns
        self.settings = settings
    }
}

/// A sample of a user's data before preparation.
public struct RawSample: Sendable {
    /// Position of the sample, such as `people.csv, row 7`.
    public var place: String
    /// The split that it belongs to.
    public var part: SamplePart
    /// For each modality, in the order of `SampleRows.modalities`, the cells of its columns.
    public var cells: [[Cell]]
    /// The correct answer; nil if it is to be predicted.
    public var answer: SampleAnswer?
    /// Number of the group that it belongs to, such as a speaker; nil if it is its own group.
    public var group: Int?

    /// Describes a sample.
    public init(place: String, part: SamplePart, cells: [[Cell]], answer: SampleAnswer?, group: Int?) {
        self.place = place
        self.part = part
        self.cells = cells
        self.answer = answer
        self.group = group
    }
}

/// Samples of a user's data that can be traversed repeatedly.
public protocol SampleRows {
    /// What each sample consists of, in the order of its cells.
    var modalities: [RawModality] { get }
    /// Finds the files that cells name.
    var files: FileFinder { get }
    /// Number of samples in each split.
    var counts: DatasetRecipe.Counts { get }
    /// Passes all samples in order.
    func forEachSample(_ body: (RawSample) throws -> Void) throws
}
