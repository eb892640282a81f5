struct LinearRules: LayerRules {
    static let kind = "linear"
    let features: Int
    let bias: Bool

    init(features: Int, bias: Bool) {
        self.features = features
        self.bias = bias
    }

    init(_ fields: inout LayerFields) throws {
        features = try fields.read("features")
        bias = try fields.read("bias", default: true)
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try fields.write("features", features)
        try fields.write("bias", bias)
    }

    var operation: Layer.Operation { .linear(features: features, bias: bias) }
    var summary: String { "linear → \(features)" }
    var role: Layer.Role { .linear }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.single(inputs)
        guard shape.count < 3 else {
            throw LayerFault("needs a vector or a sequence but gets \(shape): flatten it first")
        }
        try LayerFault.check(features, "features")
        return shape.dropLast() + [features]
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        [.weight("weight", [features, inputs[0].last ?? 0])] + TensorPlan.bias("bias", features, if: bias)
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double {
        tensors(from: inputs)[0].elementCount * output.dropLast().reduce(1.0) { $0 * Double($1) }
    }

    func script(_ scope: inout ScriptScope) -> String {
        "torch.linear(\(scope.value), \(scope.tensor("weight")), \(scope.tensor("bias", if: bias)))"
    }

    func addNodes(to scope: inout OnnxScope) {
        let weight = scope.tensor("weight"), offset = bias ? [scope.tensor("bias")] : []
        guard scope.shape.count > 1 else {
            return scope.finish("Gemm", [scope.value, weight] + offset, ["transB": .integer(1)])
        }
        scope.finishLinear(scope.value, weight, bias: offset.first)
    }
}

extension OnnxScope {
    /// A matrix product over the last dimension of a sequence.
    mutating func linear(_ value: String, _ weight: String, bias: String?) -> String {
        let columns = node("Transpose", [weight], ["perm": .integers([1, 0])])
        let product = node("MatMul", [value, columns])
        return bias.map { node("Add", [product, $0]) } ?? product
    }

    /// The layer's output as a matrix product over the last dimension of a sequence.
    mutating func finishLinear(_ value: String, _ weight: String, bias: String?) {
        let columns = node("Transpose", [weight], ["perm": .integers([1, 0])])
        guard let bias else { return finish("MatMul", [value, columns]) }
        let product = node("MatMul", [value, columns])
        finish("Add", [product, bias])
    }
}
