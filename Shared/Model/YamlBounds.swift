import CYamlBounds

/// Bounds that a YAML text must meet before anything is built from it: aliases turn a small text into a large value,
/// and deep nesting overflows the stack of code that traverses it.
///
/// The parser that later reads the text does the counting, so that both agree on what is a line break, a comment or an
/// alias.
public struct YamlBounds: Sendable {
    /// Maximum number of bytes.
    public var bytes: Int
    /// Maximum depth of nested collections.
    public var depth: Int
    /// Maximum number of values; those of an alias count at each of its uses.
    public var nodes: Int
    /// Maximum number of anchors and aliases.
    public var references: Int

    /// Reports a text that exceeds its bounds.
    public struct Excess: Error, Hashable, Sendable {
        /// A bound.
        public enum Kind: Hashable, Sendable {
            /// Size of the text in bytes.
            case bytes
            /// Depth of nested collections.
            case depth
            /// Values.
            case nodes
            /// Anchors and aliases.
            case references
        }

        /// The bound that the text exceeds.
        public let kind: Kind
        /// Line of the first item beyond the bound, from 1.
        public let line: Int
        /// Column of the first item beyond the bound, from 1.
        public let column: Int
    }

    /// Makes bounds.
    public init(bytes: Int, depth: Int, nodes: Int, references: Int) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
        self.references = references
    }

    /// A message that says which bound a text exceeds.
    public func description(of excess: Excess) -> String {
        switch excess.kind {
        case .bytes: "the file has more than \(bytes) bytes"
        case .depth: "values are nested more than \(depth) levels deep"
        case .nodes: "its aliases expand to more than \(nodes) values"
        case .references: "it has more than \(references) anchors and aliases"
        }
    }

    /// Checks a text. Text that is not valid YAML passes, because its reader reports the error better.
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
