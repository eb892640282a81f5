import Model

/// Walks the layers once and finds the shape that each gives for one sample.
struct ShapeInference {
    let network: NetworkDescription
    /// Shapes of layers, by name.
    private(set) var shapes: [String: [Int]] = [:]
    /// Shapes of layers and network inputs, by name.
    private var known: [String: [Int]] = [:]

    init(_ network: NetworkDescription) throws {
        self.network = network
        try checkSize()
        for input in network.inputs { try add(input) }
        for layer in network.layers {
            try checkName(of: layer)
            let shape = try outputShape(of: layer)
            guard shape.reduce(1.0, { $0 * Double($1) }) <= Self.largestSample else {
                throw fault(layer, "gives \(shape) for one sample, which is too large")
            }
            shapes[layer.name] = shape
            known[layer.name] = shape
        }
        try checkHierarchy()
    }

    /// Shapes of what a layer reads.
    func inputShapes(of layer: Layer) -> [[Int]] { layer.inputs.compactMap { known[$0] } }

    // MARK: - Limits

    static let largestSide = 1 << 20
    static let largestSample = Double(1 << 31)
    static let mostLayers = 10_000
    static let longestName = 200

    private func checkSize() throws {
        guard !network.inputs.isEmpty, !network.layers.isEmpty else {
            throw Failure(.invalidArgument, "Network '\(network.name)' needs at least one input and one layer.")
        }
        guard network.layers.count <= Self.mostLayers else {
            throw Failure(
                .invalidArgument,
                "Network '\(network.name)' has \(network.layers.count) layers; \(Self.mostLayers) are allowed.")
        }
    }

    // MARK: - Names

    private mutating func add(_ input: NetworkDescription.Input) throws {
        guard Self.isIdentifier(input.name) else {
            throw Failure(.invalidArgument, "Input '\(input.name)' of '\(network.name)' is no identifier.")
        }
        guard known[input.name] == nil else {
            throw Failure(.invalidArgument, "Network '\(network.name)' has two inputs named '\(input.name)'.")
        }
        let fits =
            [1, 3].contains(input.shape.count) && input.shape.allSatisfy { (1...Self.largestSide).contains($0) }
            && input.shape.reduce(1.0, { $0 * Double($1) }) <= Self.largestSample
        guard fits else {
            throw Failure(
                .invalidArgument,
                "Input '\(input.name)' of '\(network.name)' has shape \(input.shape); [channels, height, width] or "
                    + "[features] is needed, each at least 1.")
        }
        known[input.name] = input.shape
    }

    private func checkName(of layer: Layer) throws {
        let parts = layer.name.split(separator: ".", omittingEmptySubsequences: false)
        guard layer.name.utf8.count <= Self.longestName, parts.allSatisfy({ Self.isIdentifier(String($0)) }) else {
            throw fault(layer, "has no valid name: identifiers separated by dots are needed")
        }
        guard known[layer.name] == nil else { throw fault(layer, "has a name that is already taken") }
    }

    /// No layer can be both a layer and the group of another.
    private func checkHierarchy() throws {
        for layer in network.layers {
            let parts = layer.name.split(separator: ".")
            for length in 1..<max(1, parts.count) {
                let group = parts.prefix(length).joined(separator: ".")
                if shapes[group] != nil { throw fault(layer, "lies inside '\(group)', which is a layer itself") }
            }
        }
    }

    /// ASCII letters, digits and underscores that TorchScript takes as a name.
    static func isIdentifier(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, !(48...57).contains(first), !reserved.contains(text) else { return false }
        return bytes.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
        }
    }

    private static let reserved: Set<String> = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
        "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "self", "torch", "forward", "training",
        "weight", "bias", "eval", "train", "print", "float", "int", "bool", "str", "list", "dict", "tuple",
    ]

    func fault(_ layer: Layer, _ what: String) -> Failure {
        Failure(.invalidArgument, "Layer '\(layer.name)' (\(layer.operation.kind)) of '\(network.name)' \(what).")
    }

    // MARK: - Shapes

    private func outputShape(of layer: Layer) throws -> [Int] {
        var shapes: [[Int]] = []
        for input in layer.inputs {
            guard let shape = known[input] else {
                throw fault(layer, "reads '\(input)', which is neither an input nor a layer before it")
            }
            shapes.append(shape)
        }
        switch layer.operation {
        case .concatenation: return try concatenated(shapes, layer)
        case .addition, .multiplication, .weightedSum: return try combined(shapes, layer)
        case .attention: return try attended(shapes, layer)
        default:
            guard shapes.count == 1, let shape = shapes.first else {
                throw fault(layer, "needs exactly one input and has \(shapes.count)")
            }
            return try outputShape(of: layer, from: shape)
        }
    }

    private func outputShape(of layer: Layer, from shape: [Int]) throws -> [Int] {
        switch layer.operation {
        case .convolution(let settings): return try convolved(shape, settings, layer)
        case .separableConvolution(let settings):
            guard settings.groups == 1 else { throw fault(layer, "has groups, which are those of its channels") }
            return try convolved(shape, settings, layer)
        case .maximumPooling(let kernel, let stride), .averagePooling(let kernel, let stride):
            let size = try windows(shape, kernel: kernel, stride: stride, padding: 0, layer)
            return [shape[0], size.height, size.width]
        case .globalAveragePooling:
            try checkPlane(shape, layer)
            return [shape[0]]
        case .embedding(let vocabulary, let features):
            guard shape.count == 1 else { throw fault(layer, "needs a row of words and gets \(shape)") }
            try checkPositive(vocabulary, "vocabulary", layer)
            try checkPositive(features, "features", layer)
            return [features, 1, shape[0]]
        case .linear(let features, _):
            guard shape.count == 1 else { throw fault(layer, "needs a vector and gets \(shape): flatten it first") }
            try checkPositive(features, "features", layer)
            return [features]
        case .resize(let extent):
            try checkPlane(shape, layer)
            try checkPositive(extent.height, "height", layer)
            try checkPositive(extent.width, "width", layer)
            return [shape[0], extent.height, extent.width]
        case .flatten: return [shape.reduce(1, *)]
        case .batchNormalization(let momentum, let epsilon):
            guard (0...1).contains(momentum), epsilon > 0, epsilon.isFinite else {
                throw fault(layer, "has momentum \(momentum) and epsilon \(epsilon); 0…1 and above 0 are needed")
            }
            return shape
        case .leakyRelu(let slope):
            guard slope.isFinite else { throw fault(layer, "has slope \(slope)") }
            return shape
        case .dropout(let rate):
            guard rate >= 0, rate < 1 else { throw fault(layer, "has rate \(rate); 0 ≤ rate < 1 is needed") }
            return shape
        case .relu, .sigmoid, .concatenation, .addition, .multiplication, .weightedSum, .attention: return shape
        }
    }

    private func convolved(_ shape: [Int], _ settings: Convolution, _ layer: Layer) throws -> [Int] {
        try checkPlane(shape, layer)
        try checkPositive(settings.channels, "channels", layer)
        try checkPositive(settings.groups, "groups", layer)
        guard shape[0].isMultiple(of: settings.groups), settings.channels.isMultiple(of: settings.groups) else {
            throw fault(
                layer,
                "has \(settings.groups) groups, which do not divide \(shape[0]) and \(settings.channels) channels")
        }
        let size = try windows(
            shape, kernel: settings.kernel, stride: settings.stride, padding: settings.padding, layer)
        return [settings.channels, size.height, size.width]
    }

    private func windows(
        _ shape: [Int], kernel: Extent, stride: Extent, padding: Extent, _ layer: Layer
    ) throws -> Extent {
        try checkPlane(shape, layer)
        for (value, what) in [
            (kernel.height, "kernel"), (kernel.width, "kernel"), (stride.height, "stride"), (stride.width, "stride"),
        ] { try checkPositive(value, what, layer) }
        guard (0...Self.largestSide).contains(padding.height), (0...Self.largestSide).contains(padding.width) else {
            throw fault(layer, "has padding \(padding.height)×\(padding.width)")
        }
        let height = shape[1] + 2 * padding.height - kernel.height
        let width = shape[2] + 2 * padding.width - kernel.width
        guard height >= 0, width >= 0 else {
            throw fault(
                layer, "has a \(kernel.height)×\(kernel.width) window, which is larger than its input \(shape)")
        }
        return Extent(height: height / stride.height + 1, width: width / stride.width + 1)
    }

    private func concatenated(_ shapes: [[Int]], _ layer: Layer) throws -> [Int] {
        guard let first = shapes.first else { throw fault(layer, "has no inputs") }
        guard shapes.allSatisfy({ $0.dropFirst() == first.dropFirst() && $0.count == first.count }) else {
            throw fault(layer, "gets shapes that differ beyond the first dimension: \(shapes)")
        }
        return [shapes.reduce(0) { $0 + $1[0] }] + first.dropFirst()
    }

    private func attended(_ shapes: [[Int]], _ layer: Layer) throws -> [Int] {
        guard shapes.count > 1, shapes[0] == [shapes.count - 1] else {
            throw fault(
                layer, "needs a vector with one number for each input after it and gets shapes \(shapes)")
        }
        let values = Array(shapes.dropFirst())
        guard values.allSatisfy({ $0.count == 1 }) else { throw fault(layer, "weighs vectors and gets \(values)") }
        return try combined(values, layer)
    }

    private func combined(_ shapes: [[Int]], _ layer: Layer) throws -> [Int] {
        guard let first = shapes.first else { throw fault(layer, "has no inputs") }
        guard shapes.allSatisfy({ $0 == first }) else { throw fault(layer, "gets different shapes: \(shapes)") }
        return first
    }

    private func checkPlane(_ shape: [Int], _ layer: Layer) throws {
        guard shape.count == 3 else { throw fault(layer, "needs [channels, height, width] and gets \(shape)") }
    }

    private func checkPositive(_ value: Int, _ what: String, _ layer: Layer) throws {
        guard (1...Self.largestSide).contains(value) else {
            throw fault(layer, "has \(what) \(value); 1 to \(Self.largestSide) is allowed")
        }
    }
}
