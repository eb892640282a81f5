public import Foundation

/// A few samples of a dataset in a form for people. The prepared file holds it as JSON.
public struct DataPreview: Hashable, Sendable, Codable {
    /// A sample's value of one modality.
    public enum Value: Hashable, Sendable, Codable {
        /// A picture as PNG.
        case picture(Data)
        /// A sound as WAV.
        case sound(Data)
        /// A text, or the columns of a row.
        case text(String)
        /// The first channel of a series.
        case curve([Float])
        /// The sample lacks the modality.
        case missing
    }

    /// What one row of the data holds.
    public struct Sample: Hashable, Sendable, Codable {
        /// Its position in the data.
        public var place: String
        /// The split that it belongs to.
        public var part: String
        /// The correct answer.
        public var answer: String
        /// Its values by modality.
        public var values: [String: Value]

        /// Describes a sample.
        public init(place: String, part: String, answer: String, values: [String: Value]) {
            self.place = place
            self.part = part
            self.answer = answer
            self.values = values
        }
    }

    /// Name of the byte tensor that holds it.
    public static let tensor = "preview"
    /// Number of samples.
    public static let samples = 12

    /// Rows that are spread evenly over the data.
    public var samples: [Sample]

    /// Takes samples.
    public init(samples: [Sample]) { self.samples = samples }

    /// Reads the JSON form.
    public init(json: Data) throws { self = try JSONDecoder().decode(DataPreview.self, from: json) }

    /// The JSON form; the same samples have the same bytes.
    public var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.nonConformingFloatEncodingStrategy = .throw
            return try encoder.encode(self)
        }
    }
}
