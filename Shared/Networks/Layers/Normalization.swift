// Kinds of layers that normalize each sample separately.

struct LayerNormalizationRules: ShapelessRules {
    static let kind = "layer-normalization"
    let epsilon: Double

    init(epsilon: Double) { self.epsilon = epsilon }
    init(_ fields: inout LayerFields) throws { epsilon = try fields.read("epsilon", default: 1e-5) }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("epsilon", epsilon) }

    var operation: Layer.Operation { .layerNormalization(epsilon: epsilon) }
    var summary: String { "layer norm" }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        try checkEpsilon(epsilon)
        return try LayerFault.single(inputs)
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        let shape = [inputs[0].width]
        return [TensorPlan("weight", shape, .constant(1)), TensorPlan("bias", shape, .constant(0))]
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        let isPlane = scope.shape.count == 3
        let value = isPlane ? "torch.permute(\(scope.value), [0, 2, 3, 1])" : scope.value
        let normal =
            "torch.layer_norm(\(value), [\(scope.shape.width)], \(scope.tensor("weight")), \(scope.tensor("bias")), "
            + "\(epsilon), False)"
        return isPlane ? "torch.permute(\(normal), [0, 3, 1, 2])" : normal
    }

    func addNodes(to scope: inout OnnxScope) {
        let axis = scope.shape.count == 3 ? 1 : -1
        let mean: OnnxScope.Attributes = ["axes": .integers([axis]), "keepdims": .integer(1)]
        let center = scope.node("Sub", [scope.value, scope.node("ReduceMean", [scope.value], mean)])
        let square = scope.node("ReduceMean", [scope.node("Mul", [center, center])], mean)
        let root = scope.node("Sqrt", [scope.node("Add", [square, scope.number(epsilon)])])
        let normal = scope.node("Div", [center, root])
        let scaled = scope.node("Mul", [normal, scope.perChannel("weight")])
        scope.finish("Add", [scaled, scope.perChannel("bias")])
    }
}

struct GroupNormalizationRules: ShapelessRules {
    static let kind = "group-normalization"
    let groups: Int
    let epsilon: Double

    init(groups: Int, epsilon: Double) {
        self.groups = groups
        self.epsilon = epsilon
    }

    init(_ fields: inout LayerFields) throws {
        groups = try fields.read("groups")
        epsilon = try fields.read("epsilon", default: 1e-5)
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try fields.write("groups", groups)
        try fields.write("epsilon", epsilon)
    }

    var operation: Layer.Operation { .groupNormalization(groups: groups, epsilon: epsilon) }
    var summary: String { "norm of \(groups) groups" }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        try checkEpsilon(epsilon)
        try LayerFault.check(groups, "groups")
        let shape = try LayerFault.plane(inputs)
        guard shape[0].isMultiple(of: groups) else {
            throw LayerFault("has \(groups) groups, which do not divide \(shape[0]) channels")
        }
        return shape
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        let shape = [inputs[0][0]]
        return [TensorPlan("weight", shape, .constant(1)), TensorPlan("bias", shape, .constant(0))]
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        "torch.group_norm(\(scope.value), \(groups), \(scope.tensor("weight")), \(scope.tensor("bias")), \(epsilon), "
            + "False)"
    }

    func addNodes(to scope: inout OnnxScope) {
        let size = scope.shape.reduce(1, *) / groups
        let grouped = scope.node("Reshape", [scope.value, scope.batched([groups, size])])
        let ones = scope.constant([groups], .numbers(Array(repeating: 1, count: groups)))
        let zeros = scope.constant([groups], .numbers(Array(repeating: 0, count: groups)))
        let normal = scope.node(
            "InstanceNormalization", [grouped, ones, zeros], ["epsilon": .number(epsilon)])
        let plane = scope.node("Reshape", [normal, scope.batched(scope.shape)])
        let scaled = scope.node("Mul", [plane, scope.perChannel("weight")])
        scope.finish("Add", [scaled, scope.perChannel("bias")])
    }
}

struct RootMeanSquareNormalizationRules: ShapelessRules {
    static let kind = "root-mean-square-normalization"
    let epsilon: Double

    init(epsilon: Double) { self.epsilon = epsilon }
    init(_ fields: inout LayerFields) throws { epsilon = try fields.read("epsilon", default: 1e-6) }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("epsilon", epsilon) }

    var operation: Layer.Operation { .rootMeanSquareNormalization(epsilon: epsilon) }
    var summary: String { "RMS norm" }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        try checkEpsilon(epsilon)
        let shape = try LayerFault.single(inputs)
        guard shape.count < 3 else { throw LayerFault("needs a vector or a sequence but gets \(shape)") }
        return shape
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] { [TensorPlan("weight", [inputs[0].width], .constant(1))] }
    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        let square = "torch.mean(torch.mul(\(scope.value), \(scope.value)), [-1], True)"
        let normal = "torch.mul(\(scope.value), torch.rsqrt(torch.add(\(square), \(epsilon))))"
        return "torch.mul(\(normal), \(scope.tensor("weight")))"
    }

    func addNodes(to scope: inout OnnxScope) {
        let product = scope.node("Mul", [scope.value, scope.value])
        let square = scope.node("ReduceMean", [product], ["axes": .integers([-1]), "keepdims": .integer(1)])
        let root = scope.node("Sqrt", [scope.node("Add", [square, scope.number(epsilon)])])
        scope.finish("Mul", [scope.node("Div", [scope.value, root]), scope.tensor("weight")])
    }
}

struct ScaleRules: ShapelessRules {
    static let kind = "scale"
    let initial: Double

    init(initial: Double) { self.initial = initial }
    init(_ fields: inout LayerFields) throws { initial = try fields.read("initial") }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("initial", initial) }

    var operation: Layer.Operation { .scale(initial: initial) }
    var summary: String { "scale" }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard initial.isFinite else { throw LayerFault("has the invalid initial value \(initial)") }
        return try LayerFault.single(inputs)
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        [TensorPlan("weight", [inputs[0].width], .constant(Float(initial)))]
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        let weight = scope.tensor("weight")
        return "torch.mul(\(scope.value), \(scope.shape.count == 3 ? "torch.reshape(\(weight), [-1, 1, 1])" : weight))"
    }

    func addNodes(to scope: inout OnnxScope) { scope.finish("Mul", [scope.value, scope.perChannel("weight")]) }
}

private func checkEpsilon(_ epsilon: Double) throws(LayerFault) {
    guard epsilon > 0, epsilon.isFinite else { throw LayerFault("has epsilon \(epsilon); it must be above 0") }
}

extension [Int] {
    /// Number of values that are normalized together: the channels of a plane, or the last dimension.
    fileprivate var width: Int { (count == 3 ? first : last) ?? 0 }
}

extension OnnxScope {
    /// A tensor with one number per channel, or per element of the last dimension.
    fileprivate mutating func perChannel(_ name: String) -> String {
        shape.count == 3 ? node("Reshape", [tensor(name), integers([-1, 1, 1])]) : tensor(name)
    }
}
