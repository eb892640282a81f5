/// What the helper program for data is asked to explain: a file, or a row of a table.
public struct ExplanationRequest: Codable, Sendable {
    /// Path of a picture, sound or text; nil for a row.
    public var path: String?
    /// Path of a table.
    public var table: String?
    /// Folder that paths in the table are relative to; nil for the table's own.
    public var files: String?
    /// Number of the row, from 1.
    public var row: Int
    /// The class, label or number that is explained; nil for the surest.
    public var answer: String?
    /// Pieces that the sides of a picture, and a sound, are cut into.
    public var pieces: Int
    /// Picture to write, with what counted drawn over it; nil for none.
    public var map: String?

    /// Asks for an explanation.
    public init(
        path: String? = nil, table: String? = nil, files: String? = nil, row: Int = 1, answer: String? = nil,
        pieces: Int, map: String? = nil
    ) {
        self.path = path
        self.table = table
        self.files = files
        self.row = row
        self.answer = answer
        self.pieces = pieces
        self.map = map
    }
}

/// What the helper program answers.
public struct ExplanationMessage: Codable, Sendable {
    /// What the answer rests on; nil where that could not be found out.
    public var explanation: PackageExplanation?
    /// Why there is none.
    public var failure: Failure?

    /// Says something.
    public init(explanation: PackageExplanation? = nil, failure: Failure? = nil) {
        self.explanation = explanation
        self.failure = failure
    }
}

/// What a network's answer for one sample rests on: how much the answer falls where a part of the sample is taken away
/// (occlusion; Zeiler and Fergus 2014).
public struct PackageExplanation: Codable, Hashable, Sendable {
    /// A part of the sample.
    public struct Part: Codable, Hashable, Sendable {
        /// The modality that it belongs to.
        public var modality: String
        /// What it is: a column, a token, seconds of a sound, steps of a series, a place in a picture.
        public var name: String
        /// How much the answer falls without it; below 0 where it rises.
        public var weight: Double

        /// Describes a part.
        public init(modality: String, name: String, weight: Double) {
            self.modality = modality
            self.name = name
            self.weight = weight
        }
    }

    /// What a picture's places count.
    public struct Map: Codable, Hashable, Sendable {
        /// The modality whose pictures it is about.
        public var modality: String
        /// Weights from top to bottom, each row from left to right.
        public var weights: [[Double]]

        /// Describes a map.
        public init(modality: String, weights: [[Double]]) {
            self.modality = modality
            self.weights = weights
        }
    }

    /// Where the sample stands.
    public var place: String
    /// What the network answers.
    public var target: Target
    /// Probabilities of classes or labels, or numbers.
    public var answer: [Float]
    /// Which of them is explained.
    public var explained: Int
    /// How much the answer falls where a modality is missing altogether.
    public var modalities: [Part] = []
    /// How much each part counts, the most first.
    public var parts: [Part] = []
    /// What the places of pictures count.
    public var maps: [Map] = []

    /// Begins an explanation.
    public init(place: String, target: Target, answer: [Float], explained: Int) {
        self.place = place
        self.target = target
        self.answer = answer
        self.explained = explained
    }
}
