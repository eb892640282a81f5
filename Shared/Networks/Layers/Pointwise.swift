// Kinds of layers that change every value individually.

/// A kind of layer without settings that applies one function.
protocol FunctionRules: PlainRules, WeightlessRules, ShapelessRules {}

struct ReluRules: FunctionRules, ActivationRules {
    static let kind = "relu"
    var operation: Layer.Operation { .relu }
    var summary: String { "ReLU" }
    func script(_ scope: inout ScriptScope) -> String { "torch.relu(\(scope.value))" }
    func addNodes(to scope: inout OnnxScope) { scope.finish("Relu", scope.inputs) }
}

struct LeakyReluRules: ActivationRules {
    static let kind = "leaky-relu"
    let slope: Double

    init(slope: Double) { self.slope = slope }
    init(_ fields: inout LayerFields) throws { slope = try fields.read("slope", default: 0.01) }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("slope", slope) }

    var operation: Layer.Operation { .leakyRelu(slope: slope) }
    var summary: String { "leaky ReLU" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard slope.isFinite else { throw LayerFault("has the invalid slope \(slope)") }
        return try LayerFault.single(inputs)
    }

    func script(_ scope: inout ScriptScope) -> String { "torch.leaky_relu(\(scope.value), \(slope))" }
    func addNodes(to scope: inout OnnxScope) { scope.finish("LeakyRelu", scope.inputs, ["alpha": .number(slope)]) }
}

struct Relu6Rules: FunctionRules, ActivationRules {
    static let kind = "relu6"
    var operation: Layer.Operation { .relu6 }
    var summary: String { "ReLU6" }
    func script(_ scope: inout ScriptScope) -> String { "torch.clamp(\(scope.value), 0.0, 6.0)" }

    func addNodes(to scope: inout OnnxScope) {
        scope.finish("Clip", [scope.value, scope.number(0), scope.number(6)])
    }
}

struct SigmoidRules: FunctionRules, ActivationRules {
    static let kind = "sigmoid"
    var operation: Layer.Operation { .sigmoid }
    var summary: String { "sigmoid" }
    func script(_ scope: inout ScriptScope) -> String { "torch.sigmoid(\(scope.value))" }
    func addNodes(to scope: inout OnnxScope) { scope.finish("Sigmoid", scope.inputs) }
}

struct TanhRules: FunctionRules, ActivationRules {
    static let kind = "tanh"
    var operation: Layer.Operation { .tanh }
    var summary: String { "tanh" }
    func script(_ scope: inout ScriptScope) -> String { "torch.tanh(\(scope.value))" }
    func addNodes(to scope: inout OnnxScope) { scope.finish("Tanh", scope.inputs) }
}

struct GeluRules: FunctionRules, ActivationRules {
    static let kind = "gelu"
    var operation: Layer.Operation { .gelu }
    var summary: String { "GELU" }
    func script(_ scope: inout ScriptScope) -> String { "torch.gelu(\(scope.value))" }

    func addNodes(to scope: inout OnnxScope) {
        let share = scope.node("Mul", [scope.value, scope.number(0.5.squareRoot())])
        let error = scope.node("Erf", [share])
        let sum = scope.node("Add", [error, scope.number(1)])
        let half = scope.node("Mul", [scope.value, scope.number(0.5)])
        scope.finish("Mul", [half, sum])
    }
}

struct SiluRules: FunctionRules, ActivationRules {
    static let kind = "silu"
    var operation: Layer.Operation { .silu }
    var summary: String { "SiLU" }
    func script(_ scope: inout ScriptScope) -> String { "torch.silu(\(scope.value))" }

    func addNodes(to scope: inout OnnxScope) {
        let gate = scope.node("Sigmoid", scope.inputs)
        scope.finish("Mul", [scope.value, gate])
    }
}

struct HardSwishRules: FunctionRules, ActivationRules {
    static let kind = "hard-swish"
    var operation: Layer.Operation { .hardSwish }
    var summary: String { "hard swish" }
    func script(_ scope: inout ScriptScope) -> String { "torch.hardswish(\(scope.value))" }

    func addNodes(to scope: inout OnnxScope) {
        let gate = scope.node("HardSigmoid", scope.inputs, ["alpha": .number(1.0 / 6), "beta": .number(0.5)])
        scope.finish("Mul", [scope.value, gate])
    }
}

struct HardSigmoidRules: FunctionRules {
    static let kind = "hard-sigmoid"
    var operation: Layer.Operation { .hardSigmoid }
    var summary: String { "hard sigmoid" }
    func script(_ scope: inout ScriptScope) -> String { "torch.hardsigmoid(\(scope.value))" }

    func addNodes(to scope: inout OnnxScope) {
        scope.finish("HardSigmoid", scope.inputs, ["alpha": .number(1.0 / 6), "beta": .number(0.5)])
    }
}

struct SoftmaxRules: FunctionRules {
    static let kind = "softmax"
    var operation: Layer.Operation { .softmax }
    var summary: String { "softmax" }
    func script(_ scope: inout ScriptScope) -> String { "torch.softmax(\(scope.value), -1)" }
    func addNodes(to scope: inout OnnxScope) { scope.finish("Softmax", scope.inputs, ["axis": .integer(-1)]) }
}
