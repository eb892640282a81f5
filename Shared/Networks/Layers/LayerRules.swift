/// Everything that is to be known about one kind of layer; each kind is one type in a file of its own, or of its family.
///
/// `Layer.Operation` says which kinds there are, and `Layer.Operation.rules` is the only place that goes through them.
protocol LayerRules: Sendable {
    /// The word for the kind in JSON and in messages.
    static var kind: String { get }

    /// Reads the settings from the layer's JSON object.
    init(_ fields: inout LayerFields) throws
    /// Writes the settings into the layer's JSON object.
    func write(to fields: inout LayerFieldWriter) throws
    /// The operation with these settings.
    var operation: Layer.Operation { get }

    /// The shape of what the layer gives for one sample.
    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int]
    /// The tensors that it owns.
    func tensors(from inputs: [[Int]]) -> [TensorPlan]
    /// Multiply-accumulate operations for one sample.
    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double
    /// The TorchScript expression of its output.
    func script(_ scope: inout ScriptScope) -> String
    /// Adds its ONNX nodes.
    func addNodes(to scope: inout OnnxScope)

    /// The layer in a few words, such as `convolution 3×3 → 16`.
    var summary: String { get }
    /// What it is in a drawing.
    var role: Layer.Role { get }
}

/// A kind of layer without settings.
protocol PlainRules: LayerRules {
    init()
}

extension PlainRules {
    init(_ fields: inout LayerFields) throws { self.init() }
    func write(to fields: inout LayerFieldWriter) throws {}
}

/// A kind of layer that owns no tensors and whose arithmetic does not count beside that of layers with weights.
protocol WeightlessRules: LayerRules {}

extension WeightlessRules {
    func tensors(from inputs: [[Int]]) -> [TensorPlan] { [] }
    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }
}

/// A kind of layer that changes every value by itself or beside its neighbors, so that the shape stays.
protocol ShapelessRules: LayerRules {}

extension ShapelessRules {
    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] { try LayerFault.single(inputs) }
    var role: Layer.Role { .follower }
}

/// What is wrong with a layer, as the rest of the sentence "Layer 'x' …".
struct LayerFault: Error {
    let what: String

    init(_ what: String) { self.what = what }

    /// The one input's shape.
    static func single(_ inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard inputs.count == 1, let shape = inputs.first else {
            throw LayerFault("needs exactly one input and has \(inputs.count)")
        }
        return shape
    }

    /// The one input's shape, `[channels, height, width]`.
    static func plane(_ inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try single(inputs)
        guard shape.count == 3 else { throw LayerFault("needs [channels, height, width] and gets \(shape)") }
        return shape
    }

    /// A sequence's shape, `[length, features]`, beside which the numbers of its tokens may stand: 0 is no part of it.
    static func sequence(_ inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard let shape = inputs.first, shape.count == 2 else {
            throw LayerFault("needs a sequence [length, features] and gets \(inputs)")
        }
        guard inputs.count == 1 || inputs.count == 2 && inputs[1] == [shape[0]] else {
            throw LayerFault("needs beside its sequence \(shape) at most its [\(shape[0])] tokens and gets \(inputs)")
        }
        return shape
    }

    static func check(_ value: Int, _ what: String) throws(LayerFault) {
        guard (1...ShapeInference.largestSide).contains(value) else {
            throw LayerFault("has \(what) \(value); 1 to \(ShapeInference.largestSide) is allowed")
        }
    }
}

extension Layer {
    /// What a layer is in a drawing.
    public enum Role: String, Hashable, Sendable {
        /// It looks through windows.
        case convolution
        /// It joins what several layers give.
        case fusion
        /// It is a product with a matrix, or several.
        case linear
        /// It stands for itself, but has no color.
        case other
        /// It only shapes what the layer before it gives.
        case follower
    }
}

extension Layer.Operation {
    /// The word for the operation in JSON and in messages.
    public var kind: String { type(of: rules).kind }
    /// The operation in a few words, such as `convolution 3×3 → 16`.
    public var summary: String { rules.summary }
    /// What it is in a drawing.
    public var role: Layer.Role { rules.role }
}
