import Model

/// Walks the layers once and infers the output shape of each for one sample.
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
                throw fault(layer, "outputs \(shape) per sample, which is too large")
            }
            shapes[layer.name] = shape
            known[layer.name] = shape
        }
        try checkHierarchy()
    }

    /// Shapes of a layer's inputs.
    func inputShapes(of layer: Layer) -> [[Int]] { layer.inputs.compactMap { known[$0] } }

    // MARK: - Limits

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
                "Network '\(network.name)' has \(network.layers.count) layers; at most \(Self.mostLayers) are allowed.")
        }
    }

    // MARK: - Names

    private mutating func add(_ input: NetworkDescription.Input) throws {
        guard Self.isIdentifier(input.name) else {
            throw Failure(.invalidArgument, "Input '\(input.name)' of '\(network.name)' is not a valid identifier.")
        }
        guard known[input.name] == nil else {
            throw Failure(.invalidArgument, "Network '\(network.name)' has two inputs named '\(input.name)'.")
        }
        let fits =
            (1...3).contains(input.shape.count) && input.shape.allSatisfy { (1...Layer.largestSide).contains($0) }
            && input.shape.reduce(1.0, { $0 * Double($1) }) <= Self.largestSample
        guard fits else {
            throw Failure(
                .invalidArgument,
                "Input '\(input.name)' of '\(network.name)' has shape \(input.shape); it must be [channels, height, "
                    + "width], [channels, length] or [features], each at least 1.")
        }
        known[input.name] = input.shape
    }

    private func checkName(of layer: Layer) throws {
        let parts = layer.name.utf8.split(separator: Self.dot, omittingEmptySubsequences: false)
        guard layer.name.utf8.count <= Self.longestName, parts.allSatisfy({ Self.isIdentifier(Substring($0)) }) else {
            throw fault(layer, "has an invalid name: use identifiers separated by dots")
        }
        guard known[layer.name] == nil else { throw fault(layer, "has a name that is already in use") }
    }

    /// Ensures that no layer name is also the group of another layer.
    private func checkHierarchy() throws {
        var groups: Set<Substring> = []
        for layer in network.layers {
            var name = Substring(layer.name)
            // If a group was seen, so were the groups around it.
            while let dot = name.utf8.lastIndex(of: Self.dot), groups.insert(name[..<dot]).inserted {
                name = name[..<dot]
                if shapes[String(name)] != nil { throw fault(layer, "is inside '\(name)', which is itself a layer") }
            }
        }
    }

    private static let dot = UInt8(ascii: ".")

    /// ASCII letters, digits and underscores that TorchScript accepts as a name.
    static func isIdentifier(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        let isSpelled = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
        }
        return isSpelled && !(text.utf8.count <= longestReserved && reserved.contains(String(text)))
    }

    private static let longestReserved = reserved.map(\.utf8.count).max() ?? 0

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
        do {
            return try layer.operation.rules.shape(from: shapes)
        } catch {
            throw fault(layer, error.what)
        }
    }
}
