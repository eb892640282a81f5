public import Model

/// The kind of data in a column.
public enum ColumnKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Paths of pictures, or their content.
    case image
    /// Paths of sounds, or their content.
    case audio
    /// Paths of text files.
    case textFile = "text-file"
    /// Free text.
    case text
    /// One of a limited number of values.
    case category
    /// Numbers.
    case number
    /// Lists of numbers.
    case series
    /// Lists of labels.
    case labels
    /// Names of single rows, or of groups of rows.
    case identifier
    /// Dates and times.
    case date
    /// No value in any row.
    case empty

    /// The kind of modality that such a column belongs to; nil if no network reads it.
    public var modality: ModalityKind? {
        switch self {
        case .image: .image
        case .audio: .audio
        case .text, .textFile: .text
        case .category, .number: .table
        case .series: .series
        case .labels, .identifier, .date, .empty: nil
        }
    }

    /// Whether cells are paths of files, or their content.
    public var isFile: Bool { [.image, .audio, .textFile].contains(self) }

    /// Whether cells are lists of numbers.
    var isList: Bool { self == .series }

    /// Whether cells keep their form; those of other kinds are numbers or text.
    var keepsForm: Bool { [.image, .audio, .series, .labels].contains(self) }

    /// The kind of numbered columns that are read together.
    static let joined = ColumnKind.series

    /// The kind of a column of this kind once the user says what it holds; nil if it cannot hold that.
    /// - Parameter areNumbers: Whether all values are numbers.
    func given(_ kind: ModalityKind, areNumbers: Bool) -> ColumnKind? {
        switch kind {
        case .image: .image
        case .audio: .audio
        case .text: self == .textFile ? .textFile : .text
        case .table: self == .number || areNumbers ? .number : .category
        case .series: [.text, .category, .identifier].contains(self) ? nil : self
        case .video: self
        }
    }
}
