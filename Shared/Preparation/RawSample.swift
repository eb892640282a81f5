public import Model
public import Tables

/// A modality as it stands in a user's data.
public struct RawModality: Hashable, Sendable {
    /// A column of it.
    public struct Column: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Tables: whether it has categories; numbers where it has none.
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

    /// Name of the networks' input.
    public var name: String
    /// What it holds.
    public var kind: ModalityKind
    /// Its columns.
    public var columns: [Column]
    /// What the user says about it.
    public var settings: DataSettings.Modality

    /// Describes a modality.
    public init(name: String, kind: ModalityKind, columns: [Column], settings: DataSettings.Modality) {
        self.name = name
        self.kind = kind
        self.columns = columns
        self.settings = settings
    }
}

/// A sample as it stands in a user's data.
public struct RawSample: Sendable {
    /// Where it stands, such as `people.csv, row 7`.
    public var place: String
    /// The part that it belongs to.
    public var part: SamplePart
    /// For each modality, in the order of `SampleRows.modalities`, the cells of its columns.
    public var cells: [[Cell]]
    /// What is right about it; nil where that is to be predicted.
    public var answer: SampleAnswer?
    /// Number of the group that it belongs to, such as a speaker; nil where it stands for itself.
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

/// Samples of a user's data that can be gone through again and again.
public protocol SampleRows {
    /// The modalities.
    var modalities: [RawModality] { get }
    /// Finds the files that cells name.
    var files: FileFinder { get }
    /// Gives all samples in their order.
    func forEachSample(_ body: (RawSample) throws -> Void) throws
}
