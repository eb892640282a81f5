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
}
