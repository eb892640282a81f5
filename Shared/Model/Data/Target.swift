/// What networks learn to answer.
public struct Target: Hashable, Sendable, Codable {
    /// What kind of answer it is.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// One of several classes.
        case classification
        /// Any number of several labels.
        case multiLabel = "multi-label"
        /// One or several numbers.
        case regression
    }

    /// What kind of answer it is.
    public var kind: Kind
    /// Names of the classes or labels, or of the columns of numbers, in the order of a network's outputs.
    public var names: [String]

    /// Describes a target.
    public init(_ kind: Kind, names: [String]) {
        self.kind = kind
        self.names = names
    }

    /// How many numbers a network gives for a sample.
    public var outputs: Int { names.count }
}
