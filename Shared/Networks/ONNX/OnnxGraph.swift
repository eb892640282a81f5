/// A network as nodes of the standard ONNX operators (opset 13). The writer of the file adds the weights.
///
/// Values are named after the layers that produce them, weights after the network's tensors.
public struct OnnxGraph: Sendable {
    /// Version of the standard operators that the graph uses.
    public static let operatorSet = 13

    /// An attribute of a node.
    public enum Attribute: Hashable, Sendable {
        /// A whole number.
        case integer(Int)
        /// Whole numbers.
        case integers([Int])
        /// A 32-bit float.
        case number(Double)
        /// A string in UTF-8.
        case text(String)
    }

    /// One operator.
    public struct Node: Sendable {
        /// The operator.
        public let operation: String
        /// Names of its inputs; an empty name for an optional input that is left out.
        public let inputs: [String]
        /// Names of its outputs.
        public let outputs: [String]
        /// Its attributes, by name.
        public let attributes: [(name: String, value: Attribute)]
    }

    /// Values that are part of the graph.
    public struct Constant: Sendable {
        /// The type of the values.
        public enum Values: Hashable, Sendable {
            /// 64-bit integers.
            case integers([Int64])
            /// 32-bit floats.
            case numbers([Float])
        }

        /// Name by which nodes read it.
        public let name: String
        /// Size along each dimension; empty for a single number.
        public let shape: [Int]
        /// The elements in row-major order.
        public let values: Values
    }

    /// The nodes; each reads only inputs, constants, weights and nodes before it.
    public internal(set) var nodes: [Node] = []
    /// Values that nodes read besides weights, such as shapes and axes.
    public internal(set) var constants: [Constant] = []
}
