import Networks

/// A network as the drawing shows it, regardless of its format.
struct ArchitectureGraph {
    /// One computing step.
    struct Step {
        var name: String
        /// A short description, such as `convolution 3×3 → 16`.
        var summary: String
        var inputs: [String]
        /// Shape of its output, such as `16×28×28`; empty if unknown.
        var shape: String
        /// Whether it only shapes the output of the step before it.
        var isFollower: Bool
        /// CSS class that sets its color.
        var family: String
    }

    var name: String
    var inputs: [Step]
    var steps: [Step]

    /// The steps of a network that is described layer by layer.
    init(_ network: NetworkDescription) throws {
        let shapes = try network.validate()
        name = network.name
        inputs = network.inputs.map { Self.input($0.name, $0.shape) }
        steps = network.layers.map { layer in
            Step(
                name: layer.name, summary: layer.operation.summary, inputs: layer.inputs,
                shape: Self.text(shapes[layer.name] ?? []), isFollower: layer.operation.role == .follower,
                family: layer.operation.role.family)
        }
    }

    /// The operations of an imported network.
    init(_ outline: NetworkOutline) {
        name = outline.name
        inputs = outline.inputs.map { Self.input($0.name, Array($0.shape.dropFirst())) }
        steps = outline.nodes.map { node in
            Step(
                name: node.name,
                summary: node.parameters > 0
                    ? "\(node.operation), \(Words.short(Double(node.parameters))) weights" : node.operation,
                inputs: node.inputs, shape: "",
                isFollower: Self.followers.contains { node.operation.lowercased().contains($0) },
                family: Self.family(of: node.operation.lowercased()))
        }
    }

    private static func input(_ name: String, _ shape: [Int]) -> Step {
        Step(name: name, summary: name, inputs: [], shape: text(shape), isFollower: false, family: "input")
    }

    private static func text(_ shape: [Int]) -> String {
        shape.map { $0 < 0 ? "?" : "\($0)" }.joined(separator: "×")
    }

    /// Other formats' names for operations that only shape the output before them.
    private static let followers = [
        "relu", "sigmoid", "tanh", "clip", "swish", "normalization", "pool", "dropout", "flatten", "softmax", "reshape",
    ]

    private static func family(of operation: String) -> String {
        if operation.contains("conv") { return "convolution" }
        if ["gemm", "matmul", "fullyconnected", "connected"].contains(where: operation.contains) { return "linear" }
        if ["concat", "add", "shortcut", "route"].contains(where: operation.hasPrefix) { return "fusion" }
        return "other"
    }
}

extension Layer.Role {
    /// CSS class that sets its color.
    fileprivate var family: String {
        switch self {
        case .convolution, .fusion, .linear: rawValue
        case .other, .follower: "other"
        }
    }
}
