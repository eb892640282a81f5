import Foundation
import Model

/// The graph of a network imported from another format: inputs, operations, outputs.
///
/// It is stored and drawn, but cannot be trained, because operations of other formats have settings that no layer has.
public struct NetworkOutline: Hashable, Sendable, Codable {
    /// An input or output.
    public struct Port: Hashable, Sendable, Codable {
        /// Name by which nodes refer to it.
        public var name: String
        /// Its shape including the batch dimension; −1 for a size that is not fixed.
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
        /// Its operation, as named in its format, such as `Conv`.
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

    /// Maximum number of nodes in an outline.
    public static let mostNodes = 5_000
    /// Maximum size of an outline in bytes, so that it fits into a message.
    public static let mostBytes = 600_000

    /// Original format, such as `onnx`.
    public var format: String
    /// Display name.
    public var name: String
    /// What the network reads.
    public var inputs: [Port]
    /// What the network returns.
    public var outputs: [Port]
    /// The operations; each reads only inputs and nodes before it.
    public var nodes: [Node]
    /// Multiply-accumulate operations per sample; nil if unknown.
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
            throw Failure(.invalidArgument, "Cannot read the network's outline: \(error)")
        }
        try validate()
    }

    /// The canonical JSON of this outline.
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
    /// - Throws: `Failure` with code `invalid-argument` that names the problem.
    public func validate() throws {
        func fault(_ what: String) -> Failure { Failure(.invalidArgument, "The outline of '\(name)' \(what).") }
        guard !inputs.isEmpty, !outputs.isEmpty, !nodes.isEmpty else {
            throw fault("needs at least one input, one output and one node")
        }
        guard nodes.count <= Self.mostNodes else {
            throw fault("has \(nodes.count) nodes; at most \(Self.mostNodes) are allowed")
        }
        guard operations.map({ $0 >= 0 }) ?? true else { throw fault("has a negative number of operations") }
        var known = Set(inputs.map(\.name))
        guard known.count == inputs.count else { throw fault("has two inputs with the same name") }
        var total = 0.0
        for node in nodes {
            guard !node.name.isEmpty, !node.operation.isEmpty else { throw fault("has a node without a name") }
            guard node.parameters >= 0 else {
                throw fault("has a negative number of parameters at node '\(node.name)'")
            }
            if let missing = node.inputs.first(where: { !known.contains($0) }) {
                throw fault("has a node '\(node.name)' that reads '\(missing)', which does not come before it")
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
