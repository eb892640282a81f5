import Networks

/// What a drawing shows of a network, whatever form the network has.
struct ArchitectureGraph {
    /// One step of computing.
    struct Step {
        var name: String
        /// What it does, in a few words, such as `convolution 3×3 → 16`.
        var summary: String
        var inputs: [String]
        /// Shape of what it gives, such as `16×28×28`; empty where unknown.
        var shape: String
        /// Whether it only shapes what the step before it gives.
        var isFollower: Bool
        /// Class that colors it.
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

    /// The operations of a network that was imported.
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

    /// Words of other formats for what only shapes what comes before it.
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
    /// The class that colors it.
    fileprivate var family: String {
        switch self {
        case .convolution, .fusion, .linear: rawValue
        case .other, .follower: "other"
        }
    }
}
