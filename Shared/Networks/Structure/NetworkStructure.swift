/// The main features of a network's structure, derived from its description.
public struct NetworkStructure: Hashable, Sendable {
    /// A structural feature. Its value is a number, `yes` or `no`, or text.
    public enum Feature: String, CaseIterable, Hashable, Sendable {
        /// Number of layers.
        case layers
        /// Number of layers with weights on the longest path from an input to the output.
        case depth
        /// Number of inputs, each of which starts a branch.
        case branches
        /// Names and shapes of the inputs.
        case inputs
        /// Shape of the output.
        case output
        /// Kinds of layers with their counts, most frequent first.
        case kinds
        /// Whether layers are added to earlier ones.
        case residual
        /// Whether batch normalization is used.
        case normalized
        /// Whether convolutions are depthwise-separable.
        case separable
    }

    /// The features that follow from the description.
    public var features: [Feature: String]
    /// The layers that characterize the structure, in network order; a layer can have several roles.
    public var keyLayers: [KeyLayer]

    /// The structure of a network described layer by layer.
    public init(_ network: NetworkDescription) throws {
        let layers = try MeasuredLayer.all(of: network)
        features = [
            .layers: "\(network.layers.count)", .depth: "\(layers.last?.depth ?? 0)",
            .branches: "\(network.inputs.count)",
            .inputs: network.inputs.map { "\($0.name) \(Self.text($0.shape))" }.joined(separator: " "),
            .output: Self.text(layers.last?.shape ?? []),
            .kinds: Self.tally(network.layers.map(\.operation.kind)),
            .residual: Self.answer(layers.contains { $0.layer.operation == .addition && $0.sources.count == 1 }),
            .normalized: Self.answer(layers.contains { $0.kind == "batch-normalization" }),
            .separable: Self.answer(layers.contains { $0.isSeparable }),
        ]
        keyLayers = Self.keyLayers(layers)
    }

    /// The structure of an imported network.
    public init(_ outline: NetworkOutline) {
        let operators = outline.nodes.map(\.operation)
        features = [
            .layers: "\(outline.nodes.count)", .branches: "\(outline.inputs.count)",
            .inputs: outline.inputs.map { "\($0.name) \(Self.text($0.shape))" }.joined(separator: " "),
            .output: outline.outputs.map { "\($0.name) \(Self.text($0.shape))" }.joined(separator: " "),
            .kinds: Self.tally(operators),
        ]
        keyLayers = outline.keyLayers
    }

    private static func text(_ shape: [Int]) -> String {
        shape.map { $0 < 0 ? "?" : "\($0)" }.joined(separator: "×")
    }

    private static func answer(_ isSo: Bool) -> String { isSo ? "yes" : "no" }

    private static func tally(_ words: [String]) -> String {
        Dictionary(words.map { ($0, 1) }, uniquingKeysWith: +)
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.key) \($0.value)" }.joined(separator: " ")
    }

    private static func keyLayers(_ layers: [MeasuredLayer]) -> [KeyLayer] {
        var found: [(index: Int, role: KeyLayer.Role)] = []
        for input in Set(layers.flatMap(\.sources)).sorted() {
            if let index = layers.firstIndex(where: { $0.parameters > 0 && $0.sources == [input] }) {
                found.append((index, .entry))
            }
        }
        for index in layers.indices where layers[index].joinsBranches { found.append((index, .fusion)) }
        let narrow = layers.indices.filter { layers[$0].narrows }
        if let index = narrow.min(by: { layers[$0].shape[0] < layers[$1].shape[0] }) {
            found.append((index, .bottleneck))
        }
        if let index = layers.indices.max(by: { layers[$0].parameters < layers[$1].parameters }),
            layers[index].parameters > 0
        {
            found.append((index, .largest))
        }
        if let last = layers.indices.last { found.append((last, .output)) }
        return found.sorted { $0.index < $1.index }.map { layers[$0.index].keyLayer($0.role) }
    }
}

/// A layer with properties that follow from its position in the network.
private struct MeasuredLayer {
    let layer: Layer
    let shape: [Int]
    let inputShapes: [[Int]]
    /// The network's inputs that it depends on.
    let sources: Set<String>
    /// Whether its inputs depend on different network inputs.
    let joinsBranches: Bool
    let depth: Int
    let parameters: Int

    var kind: String { layer.operation.kind }

    var isSeparable: Bool { layer.operation.isSeparableConvolution }

    /// Whether it is a convolution with fewer output than input channels.
    var narrows: Bool { layer.operation.isConvolution && shape[0] < (inputShapes.first?.first ?? 0) }

    func keyLayer(_ role: KeyLayer.Role) -> KeyLayer {
        KeyLayer(name: layer.name, kind: kind, role: role, shape: shape, parameters: parameters)
    }

    static func all(of network: NetworkDescription) throws -> [MeasuredLayer] {
        let inference = try ShapeInference(network)
        var sources = Dictionary(uniqueKeysWithValues: network.inputs.map { ($0.name, Set([$0.name])) })
        var depths: [String: Int] = [:]
        return network.layers.map { layer in
            let origins = layer.inputs.map { sources[$0] ?? [] }
            let inputShapes = inference.inputShapes(of: layer)
            let tensors = layer.tensors(from: inputShapes)
            let weighs = tensors.contains { $0.isTrained && $0.shape.count > 1 }
            let depth = (layer.inputs.compactMap { depths[$0] }.max() ?? 0) + (weighs ? 1 : 0)
            let all = origins.reduce(into: Set()) { $0.formUnion($1) }
            sources[layer.name] = all
            depths[layer.name] = depth
            return MeasuredLayer(
                layer: layer, shape: inference.shapes[layer.name] ?? [], inputShapes: inputShapes, sources: all,
                joinsBranches: Set(origins).count > 1, depth: depth,
                parameters: tensors.reduce(0) { $0 + ($1.isTrained ? $1.elementCount : 0) })
        }
    }
}
