/// What a layer needs to generate its ONNX operators.
struct OnnxScope {
    typealias Attributes = KeyValuePairs<String, OnnxGraph.Attribute>

    /// The layer's name, which is also the name of its last node's output.
    let name: String
    /// Names of the layers that it reads.
    let inputs: [String]
    /// Shapes of its inputs, for one sample.
    let shapes: [[Int]]
    /// Shape of its output.
    let output: [Int]
    private(set) var graph: OnnxGraph
    private var count = 0

    init(_ layer: Layer, shapes: [[Int]], output: [Int], _ graph: OnnxGraph) {
        name = layer.name
        inputs = layer.inputs
        self.shapes = shapes
        self.output = output
        self.graph = graph
    }

    /// The layer's first input.
    var value: String { inputs.first ?? "" }
    /// The shape of the first input.
    var shape: [Int] { shapes.first ?? [] }

    /// One of the layer's tensors.
    func tensor(_ tensor: String) -> String { "\(name).\(tensor)" }

    /// Adds the node whose output is that of the layer.
    mutating func finish(_ operation: String, _ inputs: [String], _ attributes: Attributes = [:]) {
        add(operation, inputs, [name], attributes)
    }

    /// Adds an intermediate node.
    /// - Returns: The name of its output.
    mutating func node(_ operation: String, _ inputs: [String], _ attributes: Attributes = [:]) -> String {
        nodes(operation, inputs, [""], attributes)[0]
    }

    /// Adds a node with several outputs.
    /// - Parameter outputs: One element per output; an empty name means that the output is not used.
    mutating func nodes(
        _ operation: String, _ inputs: [String], _ outputs: [String], _ attributes: Attributes = [:]
    ) -> [String] {
        let names = outputs.map { _ in newName("step") }
        add(operation, inputs, names, attributes)
        return names
    }

    /// Adds whole numbers.
    mutating func integers(_ values: [Int]) -> String {
        constant([values.count], .integers(values.map(Int64.init)))
    }

    /// Adds one number.
    mutating func number(_ value: Double) -> String { constant([], .numbers([Float(value)])) }

    mutating func constant(_ shape: [Int], _ values: OnnxGraph.Constant.Values) -> String {
        let name = newName("constant")
        graph.constants.append(.init(name: name, shape: shape, values: values))
        return name
    }

    /// A shape preceded by a batch dimension of any size.
    mutating func batched(_ shape: [Int]) -> String { integers([-1] + shape) }

    /// 1 for each position of a sequence that is not padding, else 0: `[batch, length]`; nil if no tokens are read.
    mutating func mask() -> String? {
        guard inputs.count > 1 else { return nil }
        // To a Boolean and back: 9 is ONNX's BOOL, 1 its FLOAT.
        let isThere = node("Cast", [inputs[1]], ["to": .integer(9)])
        return node("Cast", [isThere], ["to": .integer(1)])
    }

    private mutating func newName(_ word: String) -> String {
        count += 1
        return "\(name).\(word)\(count)"
    }

    private mutating func add(
        _ operation: String, _ inputs: [String], _ outputs: [String], _ attributes: Attributes
    ) {
        graph.nodes.append(
            .init(
                operation: operation, inputs: inputs, outputs: outputs,
                attributes: attributes.map { (name: $0.key, value: $0.value) }))
    }
}
