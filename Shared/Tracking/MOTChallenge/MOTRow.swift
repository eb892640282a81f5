/// A line of a file in MOTChallenge's text format: a box in a frame, with what is known of it.
public struct MOTRow: Hashable, Sendable {
    /// Number of the frame, from 1.
    public var frame: Int
    /// Identity; -1 in files of detections.
    public var identity: Int
    /// Where it is.
    public var box: Box
    /// Confidence of a detection; in ground truth a flag: 0 is not to be evaluated.
    public var confidence: Double
    /// What it shows, as numbered by MOTChallenge; nil where the file does not say.
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
    /// What a file is about: what has to hold for its rows follows from it.
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
    /// Rows in the order of frames; within a frame as in the file.
    public let rows: [MOTRow]
    /// What was repaired, a sentence each, such as `3 rows were not in the order of frames; they were sorted`.
    public let repairs: [String]

    /// The file without what comes after a frame; nil leaves everything.
    public func limited(to frame: Int?) -> MOTFile {
        guard let frame else { return self }
        return MOTFile(path: path, rows: rows.filter { $0.frame <= frame }, repairs: repairs)
    }

    /// Number of the last frame that has a row; 0 without rows.
    public var lastFrame: Int { rows.last?.frame ?? 0 }
}
