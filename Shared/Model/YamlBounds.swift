import CYamlBounds

/// What a YAML text may have before anything is built of it: aliases make a small text a large value, and deep nesting
/// overflows the stack of whoever walks it.
///
/// The parser itself counts, the same that reads the text afterwards; so whatever it takes for a line break, a comment or
/// an alias is one here, too.
public struct YamlBounds: Sendable {
    /// Most bytes.
    public var bytes: Int
    /// Most collections within each other.
    public var depth: Int
    /// Most values, those of aliases counted wherever the alias stands.
    public var nodes: Int
    /// Most anchors and aliases.
    public var references: Int

    /// A text that exceeds its bounds.
    public struct Excess: Error, Hashable, Sendable {
        /// Which bound it exceeds.
        public enum Kind: Hashable, Sendable {
            /// Bytes.
            case bytes
            /// Collections within each other.
            case depth
            /// Values.
            case nodes
            /// Anchors and aliases.
            case references
        }

        /// Which bound it exceeds.
        public let kind: Kind
        /// Line of what is too much, from 1.
        public let line: Int
        /// Column of what is too much, from 1.
        public let column: Int
    }

    /// Makes bounds.
    public init(bytes: Int, depth: Int, nodes: Int, references: Int) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
        self.references = references
    }

    /// What a text that exceeds its bounds has too much of, for people.
    public func description(of excess: Excess) -> String {
        switch excess.kind {
        case .bytes: "the file has more than \(bytes) bytes"
        case .depth: "values are nested more than \(depth) levels deep"
        case .nodes: "its aliases make more than \(nodes) values of it"
        case .references: "it has more than \(references) anchors and aliases"
        }
    }

    /// Checks a text; one that is no YAML passes, because its reader says better what is wrong.
    public func check(_ text: String) throws(Excess) {
        guard text.utf8.count <= bytes else { throw Excess(kind: .bytes, line: 1, column: 1) }
        var text = text
        var place = yaml_place()
        let bounds = yaml_bounds(depth: depth, nodes: nodes, references: references)
        let excess = text.withUTF8 { yaml_measure($0.baseAddress, $0.count, bounds, &place) }
        let kind: Excess.Kind
        switch excess {
        case YAML_TOO_DEEP: kind = .depth
        case YAML_TOO_MANY_NODES: kind = .nodes
        case YAML_TOO_MANY_REFERENCES: kind = .references
        default: return
        }
        throw Excess(kind: kind, line: Int(place.line), column: Int(place.column))
    }
}
