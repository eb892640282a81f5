struct BatchNormalizationRules: ShapelessRules {
    static let kind = "batch-normalization"
    let momentum: Double
    let epsilon: Double

    init(momentum: Double, epsilon: Double) {
        self.momentum = momentum
        self.epsilon = epsilon
    }

    init(_ fields: inout LayerFields) throws {
        momentum = try fields.read("momentum", default: 0.1)
        epsilon = try fields.read("epsilon", default: 1e-5)
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try fields.write("momentum", momentum)
        try fields.write("epsilon", epsilon)
    }

    var operation: Layer.Operation { .batchNormalization(momentum: momentum, epsilon: epsilon) }
    var summary: String { "norm" }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard (0...1).contains(momentum), epsilon > 0, epsilon.isFinite else {
            throw LayerFault("has momentum \(momentum) and epsilon \(epsilon); they must be from 0 to 1 and above 0")
        }
        return try LayerFault.single(inputs)
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        let shape = [inputs[0][0]]
        return [
            TensorPlan("weight", shape, .constant(1)), TensorPlan("bias", shape, .constant(0)),
            TensorPlan("running_mean", shape, .constant(0), isTrained: false),
            TensorPlan("running_var", shape, .constant(1), isTrained: false),
        ]
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    private static let tensors = ["weight", "bias", "running_mean", "running_var"]

    func script(_ scope: inout ScriptScope) -> String {
        let tensors = Self.tensors.map(scope.tensor).joined(separator: ", ")
        return "torch.batch_norm(\(scope.value), \(tensors), self.training, \(momentum), \(epsilon), False)"
    }

    func addNodes(to scope: inout OnnxScope) {
        // In ONNX, the momentum is the weight of past values.
        scope.finish(
            "BatchNormalization", scope.inputs + Self.tensors.map(scope.tensor),
            ["epsilon": .number(epsilon), "momentum": .number(1 - momentum)])
    }
}
