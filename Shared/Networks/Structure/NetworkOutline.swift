import Foundation
import Model

/// The graph of a network that was imported from another format: what enters, what is computed, what leaves.
///
/// It is kept and drawn; it cannot be trained, as operations of other formats have settings that no layer has.
public struct NetworkOutline: Hashable, Sendable, Codable {
    /// What enters or leaves.
    public struct Port: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// Its shape with the batch in front; −1 for a size that is not fixed.
        public var shape: [Int]

        /// Makes a port.
        public init(name: String, shape: [Int]) {
            self.name = name
            self.shape = shape
        }
    }

    /// One operation.
    public struct Node: Hashable, Sendable, Codable {
        /// Its name, unique in the network.
        public var name: String
        /// What it computes, in the words of its format, such as `Conv`.
        public var operation: String
        /// Names of the nodes and inputs that it reads; weights are left out.
        public var inputs: [String]
        /// Number of its weights.
        public var parameters: Int

        /// Makes a node.
        public init(name: String, operation: String, inputs: [String], parameters: Int = 0) {
            self.name = name
            self.operation = operation
            self.inputs = inputs
            self.parameters = parameters
        }
    }

    /// Most nodes of an outline.
    public static let mostNodes = 5_000
    /// Longest outline in bytes, so that it fits into a message.
    public static let mostBytes = 600_000

    /// Format that it comes from, such as `onnx`.
    public var format: String
    /// Name for people.
    public var name: String
    /// What enters.
    public var inputs: [Port]
    /// What leaves.
    public var outputs: [Port]
    /// The operations; each reads only inputs and nodes before it.
    public var nodes: [Node]
    /// Multiply-accumulate operations for one sample; nil where unknown.
    public var operations: Int?

    /// Makes an outline; `validate()` checks it.
    public init(
        format: String, name: String, inputs: [Port], outputs: [Port], nodes: [Node], operations: Int? = nil
    ) {
        self.format = format
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.nodes = nodes
        self.operations = operations
    }

    /// Reads an outline from its JSON form and checks it.
    public init(json: String) throws {
        do {
            self = try JSONDecoder().decode(NetworkOutline.self, from: Data(json.utf8))
        } catch let error as DecodingError {
            throw Failure(.invalidArgument, "The network's outline cannot be read: \(error)")
        }
        try validate()
    }

    /// The one JSON text of this outline.
    public var canonicalJSON: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Number of weights.
    public var parameterCount: Int { nodes.reduce(0) { $0 + $1.parameters } }

    /// Checks names, order and size.
    /// - Throws: `Failure` with code `invalid-argument` that names what is wrong.
    public func validate() throws {
        func fault(_ what: String) -> Failure { Failure(.invalidArgument, "The outline of '\(name)' \(what).") }
        guard !inputs.isEmpty, !outputs.isEmpty, !nodes.isEmpty else {
            throw fault("needs at least one input, one output and one node")
        }
        guard nodes.count <= Self.mostNodes else {
            throw fault("has \(nodes.count) nodes; \(Self.mostNodes) are allowed")
        }
        guard operations.map({ $0 >= 0 }) ?? true else { throw fault("has a negative number of operations") }
        var known = Set(inputs.map(\.name))
        guard known.count == inputs.count else { throw fault("has two inputs of one name") }
        var total = 0.0
        for node in nodes {
            guard !node.name.isEmpty, !node.operation.isEmpty else { throw fault("has a node without a name") }
            guard node.parameters >= 0 else { throw fault("has fewer than no parameters at node '\(node.name)'") }
            if let missing = node.inputs.first(where: { !known.contains($0) }) {
                throw fault("lets node '\(node.name)' read '\(missing)', which does not come before it")
            }
            guard known.insert(node.name).inserted else { throw fault("has the name '\(node.name)' twice") }
            total += Double(node.parameters)
        }
        guard total < 9e18 else { throw fault("has too many parameters") }
        guard try canonicalJSON.utf8.count <= Self.mostBytes else {
            throw fault("is longer than \(Self.mostBytes) bytes")
        }
    }

    /// The first node with weights, the one with the most, and the last.
    var keyLayers: [KeyLayer] {
        func layer(_ node: Node, _ role: KeyLayer.Role) -> KeyLayer {
            KeyLayer(name: node.name, kind: node.operation, role: role, shape: [], parameters: node.parameters)
        }
        let weighted = nodes.filter { $0.parameters > 0 }
        return [
            weighted.first.map { layer($0, .entry) },
            weighted.max { $0.parameters < $1.parameters }.map { layer($0, .largest) },
            nodes.last.map { layer($0, .output) },
        ].compactMap(\.self)
    }
}
