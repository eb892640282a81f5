/// A tensor that a layer owns, named without the layer.
struct TensorPlan {
    let name: String
    let shape: [Int]
    let initialization: NetworkTensor.Initialization
    var isTrained = true

    init(_ name: String, _ shape: [Int], _ initialization: NetworkTensor.Initialization, isTrained: Bool = true) {
        self.name = name
        self.shape = shape
        self.initialization = initialization
        self.isTrained = isTrained
    }

    /// A weight whose product keeps the variance of the input, times a gain.
    static func weight(_ name: String, _ shape: [Int], gain: Float = 1) -> TensorPlan {
        let fanIn = Float(shape.dropFirst().reduce(1, *))
        return TensorPlan(name, shape, .uniform(bound: (3 * gain / fanIn).squareRoot()))
    }

    /// Uniform with a standard deviation.
    static func random(_ name: String, _ shape: [Int], deviation: Float) -> TensorPlan {
        TensorPlan(name, shape, .uniform(bound: deviation * Float(3).squareRoot()))
    }

    /// A bias, if there is one.
    static func bias(_ name: String, _ count: Int, if exists: Bool = true) -> [TensorPlan] {
        exists ? [TensorPlan(name, [count], .constant(0))] : []
    }

    var elementCount: Double { shape.reduce(1.0) { $0 * Double($1) } }
}

/// What a layer needs to generate its TorchScript.
struct ScriptScope {
    /// The layer's name.
    let name: String
    /// Expressions of its inputs.
    let values: [String]
    /// Shapes of its inputs, for one sample.
    let shapes: [[Int]]
    /// Statements before the layer's own.
    private(set) var lines: [String] = []
    private let local: String

    init(_ layer: Layer, values: [String], shapes: [[Int]], local: String) {
        name = layer.name
        self.values = values
        self.shapes = shapes
        self.local = local
    }

    /// The layer's first input.
    var value: String { values.first ?? "" }
    /// The shape of the first input.
    var shape: [Int] { shapes.first ?? [] }

    /// One of the layer's tensors.
    func tensor(_ tensor: String) -> String { "self.\(name).\(tensor)" }
    /// One of its tensors, or nothing.
    func tensor(_ tensor: String, if exists: Bool) -> String { exists ? self.tensor(tensor) : "None" }

    /// Stores a value in a variable.
    /// - Returns: The name of the variable.
    mutating func keep(_ expression: String) -> String {
        let name = "\(local)_\(lines.count)"
        lines.append("\(name) = \(expression)")
        return name
    }

    /// Whether each position of a sequence is not padding, if the token numbers are also read: `[batch, length]`.
    mutating func mask() -> String? { values.count > 1 ? keep("torch.ne(\(values[1]), 0)") : nil }

    static func sum(_ terms: [String]) -> String {
        terms.dropFirst().reduce(terms.first ?? "") { "torch.add(\($0), \($1))" }
    }
}

extension Extent {
    var list: String { "[\(height), \(width)]" }
    var text: String { "\(height)×\(width)" }
}
