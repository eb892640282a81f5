import Model

extension NetworkDescription {
    /// A network of several branches whose feature vectors are concatenated and classified by one linear layer.
    ///
    /// A branch's layers and its input are renamed: layer `convolution1` of branch `image` becomes
    /// `image.convolution1`, its input `image`. A branch's own classifier (a linear layer at its end) is left out. The
    /// new classifier is `head.linear`, so that an optimizer for the prefix `head.`, or for all layers that no other
    /// prefix covers, updates it. With a single branch the result is that branch with its layers renamed.
    /// - Parameter gaps: Names of the branches whose input some samples lack. For these samples, the branch's features
    ///   are learned numbers. In a network of several branches, such a branch is also left out at random while training.
    /// - Throws: `Failure` if there is no branch, a branch has several inputs, or a name is taken.
    public static func fused(
        name: String? = nil, branches: [(name: String, network: NetworkDescription)], classes: Int,
        gaps: Set<String> = []
    ) throws -> NetworkDescription {
        guard !branches.isEmpty else { throw Failure(.invalidArgument, "A fused network needs at least one branch.") }
        var parts = try branches.map { try Branch($0.name, $0.network) }
        let rate = parts.count > 1 ? absenceRate : 0
        for place in parts.indices where gaps.contains(parts[place].input.name) { parts[place].allowAbsence(rate) }
        var fused = NetworkDescription(
            name: name ?? branches.map(\.network.name).joined(separator: "+"),
            inputs: parts.map(\.input), layers: parts.flatMap(\.layers))
        var features = parts.map(\.features)
        if features.count > 1 {
            fused.layers.append(Layer("head.concatenation", .concatenation, from: features))
            features = ["head.concatenation"]
        }
        fused.layers.append(Layer("head.linear", .linear(features: classes), from: features))
        _ = try fused.validate()
        return fused
    }

    /// How often a modality that can be absent is left out while training.
    private static let absenceRate = 0.1
}

/// A network renamed to be part of another.
private struct Branch {
    let input: NetworkDescription.Input
    private(set) var layers: [Layer]
    private(set) var features: String

    init(_ name: String, _ network: NetworkDescription) throws {
        guard network.inputs.count == 1, let input = network.inputs.first else {
            throw Failure(
                .invalidArgument,
                "Branch '\(name)' ('\(network.name)') needs exactly one input but has \(network.inputs.count).")
        }
        guard name != "head" else { throw Failure(.invalidArgument, "A branch cannot be named 'head'.") }
        let shapes = try network.validate()
        self.input = .init(name: name, shape: input.shape)
        func renamed(_ layer: String) -> String { layer == input.name ? name : "\(name).\(layer)" }
        var layers = network.layers
        if case .linear? = layers.last?.operation { layers.removeLast() }
        guard let last = layers.last, let shape = shapes[last.name] else {
            throw Failure(
                .invalidArgument, "Branch '\(name)' ('\(network.name)') has no layers other than its classifier.")
        }
        var renamedLayers = layers.map { Layer(renamed($0.name), $0.operation, from: $0.inputs.map(renamed)) }
        if shape.count > 1 {
            renamedLayers.append(Layer("\(name).features", .flatten, from: renamed(last.name)))
        }
        self.layers = renamedLayers
        self.features = renamedLayers.last?.name ?? name
    }

    /// Replaces the features of samples that lack the input.
    mutating func allowAbsence(_ rate: Double) {
        layers.append(Layer("\(input.name).presence", .presence(rate: rate), from: [features, input.name]))
        features = "\(input.name).presence"
    }
}
