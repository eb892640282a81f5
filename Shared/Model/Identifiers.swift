/// The identity of a scenario: 1 to 64 lowercase letters, digits and hyphens, chosen by whoever publishes it.
public struct ScenarioID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The identity as text.
    public let text: String

    /// Checks and takes an identity.
    /// - Throws: `Failure` with code `invalid-argument`.
    public init(_ text: String) throws {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed), !text.hasPrefix("-") else {
            throw Failure(
                .invalidArgument,
                """
                '\(text.prefix(80))' is not a scenario identity: expected 1 to 64 lowercase letters, digits and \
                hyphens, not starting with a hyphen.
                """)
        }
        self.text = text
    }

    /// A new identity: twelve random hexadecimal digits.
    public static func random() -> ScenarioID {
        let digits = String(UInt64.random(in: 0..<(1 << 48)), radix: 16)
        return ScenarioID(unchecked: String(repeating: "0", count: 12 - digits.utf8.count) + digits)
    }

    /// The identity as text.
    public var description: String { text }

    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    private init(unchecked text: String) { self.text = text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...122).contains(byte) || byte == 45
    }
}

/// The identity of a trial: its scenario and its number, written `<scenario>/<number>`.
public struct TrialID: Hashable, Sendable, CustomStringConvertible {
    /// The scenario that it belongs to.
    public let scenario: ScenarioID
    /// The trial's number, from 0, in the order of proposal.
    public let number: Int

    /// Makes the identity of a scenario's trial.
    public init(scenario: ScenarioID, number: Int) {
        self.scenario = scenario
        self.number = number
    }

    /// Parses `<scenario>/<number>`.
    /// - Throws: `Failure` with code `invalid-argument`.
    public init(_ text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[1]), number >= 0, String(number) == parts[1] else {
            throw Failure(.invalidArgument, "'\(text.prefix(80))' is not a trial: expected <scenario>/<number>.")
        }
        self.init(scenario: try ScenarioID(String(parts[0])), number: number)
    }

    /// The identity as text.
    public var description: String { "\(scenario)/\(number)" }
}
