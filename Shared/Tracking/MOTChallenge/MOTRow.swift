/// A line of a file in MOTChallenge's text format: a box in a frame, with its attributes.
public struct MOTRow: Hashable, Sendable {
    /// Number of the frame, from 1.
    public var frame: Int
    /// Identity; -1 in files of detections.
    public var identity: Int
    /// Where it is.
    public var box: Box
    /// Confidence of a detection; in ground truth a flag, where 0 means not to be evaluated.
    public var confidence: Double
    /// Its class, as numbered by MOTChallenge; nil if the file does not give it.
    public var category: Int?
    /// Line of the file.
    public var line: Int

    /// Makes a row.
    public init(
        frame: Int, identity: Int = -1, box: Box, confidence: Double = 1, category: Int? = nil, line: Int = 0
    ) {
        self.frame = frame
        self.identity = identity
        self.box = box
        self.confidence = confidence
        self.category = category
        self.line = line
    }
}

/// The content of a file in MOTChallenge's text format, with the repairs that were needed to read it.
public struct MOTFile: Sendable {
    /// The kind of a file, which determines the rules for its rows.
    public enum Kind: String, Sendable {
        /// True boxes and identities.
        case groundTruth = "ground truth"
        /// Boxes and identities that a tracker found.
        case results
        /// Boxes that a detector found; identities are ignored.
        case detections
    }

    /// Where it came from.
    public let path: String
    /// Rows in the order of frames; within a frame in file order.
    public let rows: [MOTRow]
    /// Repairs, one sentence each, such as `3 rows were not in the order of frames; they were sorted`.
    public let repairs: [String]

    /// The file up to a frame; nil keeps everything.
    public func limited(to frame: Int?) -> MOTFile {
        guard let frame else { return self }
        return MOTFile(path: path, rows: rows.filter { $0.frame <= frame }, repairs: repairs)
    }

    /// Number of the last frame that has a row; 0 without rows.
    public var lastFrame: Int { rows.last?.frame ?? 0 }
}
