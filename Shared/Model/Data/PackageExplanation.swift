public import Foundation

/// Asks the data helper to explain the answer for a file or a row of a table.
public struct ExplanationRequest: Codable, Sendable {
    /// Path of a picture, sound or text; nil for a row.
    public var path: String?
    /// Path of a table.
    public var table: String?
    /// Folder to which paths in the table are relative; nil for the table's own.
    public var files: String?
    /// Number of the row, from 1.
    public var row: Int
    /// The class, label or number to explain; nil for the most confident one.
    public var answer: String?
    /// Number of pieces into which each side of a picture, or a sound, is cut.
    public var pieces: Int
    /// Whether to draw the weights over the sample's picture.
    public var isDrawn: Bool

    /// Asks for an explanation.
    public init(
        path: String? = nil, table: String? = nil, files: String? = nil, row: Int = 1, answer: String? = nil,
        pieces: Int, isDrawn: Bool = false
    ) {
        self.path = path
        self.table = table
        self.files = files
        self.row = row
        self.answer = answer
        self.pieces = pieces
        self.isDrawn = isDrawn
    }
}

/// The data helper's reply.
public struct ExplanationMessage: Codable, Sendable {
    /// What the answer is based on; nil if that could not be determined.
    public var explanation: PackageExplanation?
    /// The sample's picture with the weights drawn over it, as PNG; nil if it was not requested.
    public var picture: Data?
    /// Why there is no explanation.
    public var failure: Failure?

    /// Makes a reply.
    public init(explanation: PackageExplanation? = nil, picture: Data? = nil, failure: Failure? = nil) {
        self.explanation = explanation
        self.picture = picture
        self.failure = failure
    }
}

/// What a network's answer for one sample is based on: how much the answer drops when a part of the sample is removed
/// (occlusion; Zeiler and Fergus 2014).
public struct PackageExplanation: Codable, Hashable, Sendable {
    /// A part of the sample.
    public struct Part: Codable, Hashable, Sendable {
        /// The modality that the part belongs to.
        public var modality: String
        /// The part: a column, a token, seconds of a sound, steps of a series, a region of a picture.
        public var name: String
        /// How much the answer drops without the part; negative if it rises.
        public var weight: Double

        /// Describes a part.
        public init(modality: String, name: String, weight: Double) {
            self.modality = modality
            self.name = name
            self.weight = weight
        }
    }

    /// The weights of a picture's regions.
    public struct Map: Codable, Hashable, Sendable {
        /// The modality of the picture.
        public var modality: String
        /// Weights in rows from top to bottom, each from left to right.
        public var weights: [[Double]]

        /// Describes a map.
        public init(modality: String, weights: [[Double]]) {
            self.modality = modality
            self.weights = weights
        }
    }

    /// Position of the sample in the data.
    public var place: String
    /// What the network's answers mean.
    public var target: Target
    /// Probabilities of classes or labels, or numbers.
    public var answer: [Float]
    /// Index of the answer that is explained.
    public var explained: Int
    /// How much the answer drops when a whole modality is removed.
    public var modalities: [Part] = []
    /// The weight of each part, largest first.
    public var parts: [Part] = []
    /// The weights of the regions of pictures.
    public var maps: [Map] = []

    /// Makes an explanation without weights.
    public init(place: String, target: Target, answer: [Float], explained: Int) {
        self.place = place
        self.target = target
        self.answer = answer
        self.explained = explained
    }
}
