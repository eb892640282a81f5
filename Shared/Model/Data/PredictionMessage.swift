/// Asks the data helper for answers for files or the rows of a table.
public struct PredictionRequest: Codable, Sendable {
    /// Paths of pictures, sounds or texts.
    public var paths: [String]
    /// Path of a table; nil for files.
    public var table: String?
    /// Folder to which paths in the table are relative; nil for the table's own.
    public var files: String?

    /// Asks for answers.
    public init(paths: [String] = [], table: String? = nil, files: String? = nil) {
        self.paths = paths
        self.table = table
        self.files = files
    }
}

/// A line of the reply: the first says what the numbers mean, then there is one for each sample.
public struct PredictionMessage: Codable, Sendable {
    /// What the numbers mean.
    public var target: Target?
    /// Position of the sample, such as `people.csv, row 7`.
    public var place: String?
    /// The sample's probabilities of classes or labels, or its numbers.
    public var answer: [Float]?
    /// Values that the network does not know, such as an unseen category.
    public var notes: [String]?
    /// Why there is no answer; without a position, why there are no answers at all.
    public var failure: Failure?

    /// Makes a line.
    public init(
        target: Target? = nil, place: String? = nil, answer: [Float]? = nil, notes: [String]? = nil,
        failure: Failure? = nil
    ) {
        self.notes = notes
        self.target = target
        self.place = place
        self.answer = answer
        self.failure = failure
    }
}
