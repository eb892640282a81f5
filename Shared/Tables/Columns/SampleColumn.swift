public import Model

/// A column of a user's table, with what was found in it.
public struct SampleColumn: Hashable, Sendable {
    /// The role of a column.
    public enum Role: Hashable, Sendable {
        /// Networks read it.
        case input
        /// It is the answer or a part of it.
        case target
        /// Rows with the same value all stay in one split.
        case group
        /// It says which split a row belongs to.
        case split
        /// It gives the time of a row.
        case time
        /// No network reads it, for the given reason.
        case left(String)
    }

    /// Its name in the source.
    public var name: String
    /// The kind of its values.
    public var kind: ColumnKind
    /// What it is used for, or why it is not.
    public var role: Role
    /// Number of rows without a value.
    public var missing: Int
    /// The first such row, such as `people.csv, row 7`.
    public var firstMissing: String?
    /// Number of different values; approximate beyond 10,001.
    public var distinct: Int
    /// Smallest number.
    public var minimum: Double?
    /// Largest number.
    public var maximum: Double?
    /// Mean of the numbers.
    public var mean: Double?
    /// A few values.
    public var examples: [String]
    /// Number of columns, if it is a series of numbered columns.
    public var width: Int?
    /// Fields of the source that it is made from.
    var fields: [Int]
    /// How its numbers are written.
    var style: NumberStyle = .plain
}

/// One modality of the samples of a table.
public struct SampleModality: Hashable, Sendable {
    /// Its name, which is valid as the name of a network input.
    public var name: String
    /// What it holds.
    public var kind: ModalityKind
    /// Its columns, as indices into the table's columns.
    public var columns: [Int]
    /// The user's settings for it.
    public var settings: DataSettings.Modality
}
