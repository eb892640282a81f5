/// Everything about one kind of layer. Each kind is one type, in its own file or in that of its family.
///
/// `Layer.Operation` lists the kinds, and `Layer.Operation.rules` is the only place that switches over them.
protocol LayerRules: Sendable {
    /// The word for the kind in JSON and in messages.
    static var kind: String { get }

    /// Reads the settings from the layer's JSON object.
    init(_ fields: inout LayerFields) throws
    /// Writes the settings into the layer's JSON object.
    func write(to fields: inout LayerFieldWriter) throws
    /// The operation with these settings.
    var operation: Layer.Operation { get }

    /// The shape of the layer's output for one sample.
    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int]
    /// The tensors that it owns.
    func tensors(from inputs: [[Int]]) -> [TensorPlan]
    /// Those of its tensors that follow from the training samples alone, computed from the rows of its only input.
    func fitted(to rows: AnySequence<[Float]>) -> [(tensor: String, values: [Float])]
    /// Multiply-accumulate operations for one sample.
    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double
    /// The TorchScript expression of its output.
    func script(_ scope: inout ScriptScope) -> String
    /// Adds its ONNX nodes.
    func addNodes(to scope: inout OnnxScope)

    /// The layer in a few words, such as `convolution 3×3 → 16`.
    var summary: String { get }
    /// Its role in a drawing.
    var role: Layer.Role { get }
}

extension LayerRules {
    func fitted(to rows: AnySequence<[Float]>) -> [(tensor: String, values: [Float])] { [] }
}

/// A kind of layer without settings.
protocol PlainRules: LayerRules {
    init()
}

extension PlainRules {
    init(_ fields: inout LayerFields) throws { self.init() }
    func write(to fields: inout LayerFieldWriter) throws {}
}

/// A kind of layer that owns no tensors and whose arithmetic is negligible compared to that of layers with weights.
protocol WeightlessRules: LayerRules {}

extension WeightlessRules {
    func tensors(from inputs: [[Int]]) -> [TensorPlan] { [] }
    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }
}

/// A kind of layer that changes values individually or together with their neighbors and keeps the shape.
protocol ShapelessRules: LayerRules {}

extension ShapelessRules {
    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] { try LayerFault.single(inputs) }
    var role: Layer.Role { .follower }
}

/// A kind of layer that is the nonlinearity after a layer with weights.
protocol ActivationRules: WeightlessRules {}

/// A kind of layer that convolves channels.
protocol ConvolvingRules: LayerRules {
    /// Whether it convolves groups of channels independently.
    var isSeparable: Bool { get }
}

/// A problem with a layer, as the rest of the sentence "Layer 'x' …".
struct LayerFault: Error {
    let what: String

    init(_ what: String) { self.what = what }

    /// The shape of the only input.
    static func single(_ inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard inputs.count == 1, let shape = inputs.first else {
            throw LayerFault("needs exactly one input but has \(inputs.count)")
        }
        return shape
    }

    /// The shape of the only input, `[channels, height, width]`.
    static func plane(_ inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try single(inputs)
        guard shape.count == 3 else { throw LayerFault("needs [channels, height, width] but gets \(shape)") }
        return shape
    }

    /// The shape of a sequence, `[length, features]`. Its token numbers can be a second input; token 0 is padding.
    static func sequence(_ inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard let shape = inputs.first, shape.count == 2 else {
            throw LayerFault("needs a sequence [length, features] but gets \(inputs)")
        }
        guard inputs.count == 1 || inputs.count == 2 && inputs[1] == [shape[0]] else {
            throw LayerFault(
                "can read only the [\(shape[0])] tokens in addition to its sequence \(shape) but gets \(inputs)")
        }
        return shape
    }

    static func check(_ value: Int, _ what: String) throws(LayerFault) {
        guard (1...Layer.largestSide).contains(value) else {
            throw LayerFault("has \(what) \(value); it must be from 1 to \(Layer.largestSide)")
        }
    }
}

extension Layer {
    /// The role of a layer in a drawing.
    public enum Role: String, Hashable, Sendable {
        /// It slides a window over its input.
        case convolution
        /// It joins the outputs of several layers.
        case fusion
        /// It is one or several matrix products.
        case linear
        /// It is drawn on its own, but has no color.
        case other
        /// It only reshapes the output of the layer before it.
        case follower
    }
}

extension Layer.Operation {
    /// The word for the operation in JSON and in messages.
    public var kind: String { type(of: rules).kind }
    /// The operation in a few words, such as `convolution 3×3 → 16`.
    public var summary: String { rules.summary }
    /// Its role in a drawing.
    public var role: Layer.Role { rules.role }
    /// Whether it is the nonlinearity after a layer with weights.
    var isActivation: Bool { rules is any ActivationRules }
    /// Whether it convolves channels.
    var isConvolution: Bool { rules is any ConvolvingRules }
    /// Whether it convolves groups of channels independently.
    var isSeparableConvolution: Bool { (rules as? any ConvolvingRules)?.isSeparable ?? false }
}
