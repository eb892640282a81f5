/// What a network is, in the nine fields of table 1 of the source paper.
///
/// ```swift
/// let code = try ArtificialCode(
///     "ResNet18; image, motion; detection, classification; ResNet; CIFAR10; 2M; 96%; SGD; PyTorch1.6")
/// code.areas                 // ["image", "motion"]
/// code.description           // the same text again
/// ```
///
/// The text form separates fields by `; ` and the entries of a list by `, `. `CodeDictionaries` makes the integer form.
/// Both forms convert back to an equal value.
public struct ArtificialCode: Hashable, Sendable, CustomStringConvertible {
    /// Model name, such as `ResNet18`.
    public let name: String
    /// Functional areas that the network serves, such as `image` and `motion`.
    public let areas: [String]
    /// What the network does, such as `detection` and `classification`.
    public let functions: [String]
    /// Family of the network, such as `ResNet`.
    public let category: String
    /// Dataset that the weights were trained on, such as `CIFAR10`.
    public let dataset: String
    /// Number of parameters.
    public let size: ParameterSize
    /// Accuracy on the dataset; nil if it was never measured.
    public let accuracy: AccuracyPercentage?
    /// Optimizer that trained the weights, such as `SGD`.
    public let optimizer: String
    /// Platform that wrote the weights, such as `PyTorch1.6`.
    public let platform: String

    /// Checks and takes the nine fields.
    /// - Throws: `Failure` with code `invalid-argument` that names the field if a text is empty, contains `;`, `,` or a
    ///   control character, or begins or ends with a space, or if a list is empty or has duplicates.
    public init(
        name: String, areas: [String], functions: [String], category: String, dataset: String, size: ParameterSize,
        accuracy: AccuracyPercentage?, optimizer: String, platform: String
    ) throws {
        let terms = [
            ("name", [name]), ("areas", areas), ("functions", functions), ("category", [category]),
            ("dataset", [dataset]), ("optimizer", [optimizer]), ("platform", [platform]),
        ]
        for (field, values) in terms { try Self.check(values, in: field) }
        self.name = name
        self.areas = areas
        self.functions = functions
        self.category = category
        self.dataset = dataset
        self.size = size
        self.accuracy = accuracy
        self.optimizer = optimizer
        self.platform = platform
    }

    /// Parses the text form; spaces around `;` and `,` do not matter.
    /// - Throws: `Failure` with code `invalid-argument` that names the field.
    public init(_ text: String) throws {
        let fields = text.split(separator: ";", omittingEmptySubsequences: false).map { $0.trimmingSpaces() }
        guard fields.count == 9 else {
            throw Failure(
                .invalidArgument,
                """
                '\(text.prefix(200))' is not an artificial code: it has \(fields.count) fields, and 9 are required \
                (name; areas; functions; category; dataset; size; accuracy; optimizer; platform).
                """)
        }
        let list = { (field: String) in
            field.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingSpaces() }
        }
        try self.init(
            name: fields[0], areas: list(fields[1]), functions: list(fields[2]), category: fields[3],
            dataset: fields[4], size: ParameterSize(fields[5]),
            accuracy: fields[6] == Self.unknown ? nil : AccuracyPercentage(fields[6]), optimizer: fields[7],
            platform: fields[8])
    }

    /// The text form.
    public var description: String {
        [
            name, areas.joined(separator: ", "), functions.joined(separator: ", "), category, dataset,
            size.description, accuracy?.description ?? Self.unknown, optimizer, platform,
        ].joined(separator: "; ")
    }

    /// The text form of an accuracy that was never measured.
    static let unknown = "-"

    private static func check(_ terms: [String], in field: String) throws {
        let wrong = { (what: String) in
            Failure(.invalidArgument, "Artificial code, field '\(field)': \(what)")
        }
        if terms.isEmpty { throw wrong("at least one entry is required.") }
        if Set(terms).count != terms.count { throw wrong("an entry is listed twice.") }
        for term in terms {
            if term.isEmpty { throw wrong("it is empty.") }
            let separators = term.unicodeScalars.contains { $0 == ";" || $0 == "," || $0.value < 32 || $0.value == 127 }
            if separators || term.trimmingSpaces() != term {
                throw wrong(
                    "'\(term.prefix(80))' must not contain ';', ',' or control characters, or begin or end with a "
                        + "space."
                )
            }
        }
    }
}

extension ArtificialCode: Codable {
    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension StringProtocol {
    /// The text without leading and trailing spaces and tabs.
    func trimmingSpaces() -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
