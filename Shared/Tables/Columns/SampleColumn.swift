public import Model

/// A column of a user's table, as it was found.
public struct SampleColumn: Hashable, Sendable {
    /// What a column is for.
    public enum Role: Hashable, Sendable {
        /// Networks read it.
        case input
        /// It is the answer, or a part of it.
        case target
        /// Its values never stand on both sides of a split.
        case group
        /// It says which part a row belongs to.
        case split
        /// It says when a row happened.
        case time
        /// No network reads it, for a reason.
        case left(String)
    }

    /// Its name.
    public var name: String
    /// What it holds.
    public var kind: ColumnKind
    /// What it is for.
    public var role: Role
    /// Rows without a value.
    public var missing: Int
    /// The first such row, such as `people.csv, row 7`.
    public var firstMissing: String?
    /// How many different values there are; about, beyond 10,001.
    public var distinct: Int
    /// Least number.
    public var minimum: Double?
    /// Greatest number.
    public var maximum: Double?
    /// Mean of the numbers.
    public var mean: Double?
    /// A few values.
    public var examples: [String]
    /// Series of numbered columns: how many these are.
    public var width: Int?
    /// Fields of the source that it is made of.
    var fields: [Int]
    /// How its numbers are written.
    var style: NumberStyle = .plain
}

/// One modality of the samples of a table.
public struct SampleModality: Hashable, Sendable {
    /// Its name, which is valid as that of a network's input.
    public var name: String
    /// What it holds.
    public var kind: ModalityKind
    /// Its columns, as indices of the table's.
    public var columns: [Int]
    /// What the user says about it.
    public var settings: DataSettings.Modality
}
