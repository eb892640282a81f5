/// A function of brain regions, as a path in a hierarchy, such as `perception.vision.motion`.
public struct BrainFunction: Hashable, Sendable, Codable {
    /// The path, with parts separated by periods.
    public let name: String
    /// Words and phrases of the literature that stand for it, such as `optic flow`.
    public let terms: [String]

    /// Makes a function.
    public init(name: String, terms: [String] = []) {
        self.name = name
        self.terms = terms
    }

    /// The function that this one refines; nil at the top.
    public var parent: String? { Self.parent(of: name) }

    /// The last part of the path, such as `motion`.
    public var shortName: String { Self.shortName(of: name) }

    static func parent(of name: String) -> String? {
        name.lastIndex(of: ".").map { String(name[..<$0]) }
    }

    static func shortName(of name: String) -> String {
        name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
    }

    /// Whether a function is another one or refines it.
    static func isWithin(_ name: String, _ ancestor: String) -> Bool {
        name == ancestor || name.hasPrefix(ancestor + ".")
    }

    /// Unifies the spelling of different sources, part by part.
    static func spelling(of name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false)
            .map { spellings[String($0)] ?? String($0) }.joined(separator: ".")
    }

    private static let spellings = ["color": "colour", "social_cognition": "social"]
}
