// Kinds of layers that join several inputs.

struct ConcatenationRules: PlainRules, WeightlessRules {
    static let kind = "concatenation"
    var operation: Layer.Operation { .concatenation }
    var summary: String { "concatenate" }
    var role: Layer.Role { .fusion }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard let first = inputs.first else { throw LayerFault("has no inputs") }
        guard inputs.allSatisfy({ $0.dropFirst() == first.dropFirst() && $0.count == first.count }) else {
            throw LayerFault("gets shapes that differ beyond the first dimension: \(inputs)")
        }
        return [inputs.reduce(0) { $0 + $1[0] }] + first.dropFirst()
    }

    func script(_ scope: inout ScriptScope) -> String { "torch.cat([\(scope.values.joined(separator: ", "))], 1)" }
    func addNodes(to scope: inout OnnxScope) { scope.finish("Concat", scope.inputs, ["axis": .integer(1)]) }
}

struct AdditionRules: PlainRules, WeightlessRules {
    static let kind = "addition"
    var operation: Layer.Operation { .addition }
    var summary: String { "add" }
    var role: Layer.Role { .fusion }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] { try equal(inputs) }
    func script(_ scope: inout ScriptScope) -> String { ScriptScope.sum(scope.values) }
    func addNodes(to scope: inout OnnxScope) { scope.finish("Sum", scope.inputs) }
}

struct MeanRules: PlainRules, WeightlessRules {
    static let kind = "mean"
    var operation: Layer.Operation { .mean }
    var summary: String { "mean" }
    var role: Layer.Role { .fusion }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] { try equal(inputs) }

    func script(_ scope: inout ScriptScope) -> String {
        "torch.div(\(ScriptScope.sum(scope.values)), \(Double(scope.values.count)))"
    }

    func addNodes(to scope: inout OnnxScope) { scope.finish("Mean", scope.inputs) }
}

struct MultiplicationRules: PlainRules, WeightlessRules {
    static let kind = "multiplication"
    var operation: Layer.Operation { .multiplication }
    var summary: String { "multiply" }
    var role: Layer.Role { .fusion }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard let first = inputs.first else { throw LayerFault("has no inputs") }
        guard inputs.allSatisfy({ $0 == first || Self.isForChannels($0, of: first) }) else {
            throw LayerFault("gets different shapes: \(inputs)")
        }
        return first
    }

    private static func isForChannels(_ shape: [Int], of plane: [Int]) -> Bool {
        plane.count == 3 && shape == [plane[0]]
    }

    func script(_ scope: inout ScriptScope) -> String {
        zip(scope.values, scope.shapes).dropFirst().reduce(scope.value) { product, factor in
            let isForChannels = Self.isForChannels(factor.1, of: scope.shape)
            let value = isForChannels ? "torch.reshape(\(factor.0), [-1, \(factor.1[0]), 1, 1])" : factor.0
            return "torch.mul(\(product), \(value))"
        }
    }

    /// ONNX multiplies two at a time.
    func addNodes(to scope: inout OnnxScope) {
        var factors = zip(scope.inputs, scope.shapes).map { name, shape in
            Self.isForChannels(shape, of: scope.shape)
                ? scope.node("Unsqueeze", [name, scope.integers([2, 3])]) : name
        }
        guard factors.count > 1 else { return scope.finish("Identity", factors) }
        let last = factors.removeLast()
        let product = factors.dropFirst().reduce(factors[0]) { scope.node("Mul", [$0, $1]) }
        scope.finish("Mul", [product, last])
    }
}

struct WeightedSumRules: PlainRules {
    static let kind = "weighted-sum"
    var operation: Layer.Operation { .weightedSum }
    var summary: String { "weighted sum" }
    var role: Layer.Role { .fusion }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] { try equal(inputs) }
    func tensors(from inputs: [[Int]]) -> [TensorPlan] { [TensorPlan("logits", [inputs.count], .constant(0))] }
    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        let weights = "torch.softmax(\(scope.tensor("logits")), 0)"
        return ScriptScope.sum(
            scope.values.indices.map { "torch.mul(\(scope.values[$0]), torch.select(\(weights), 0, \($0)))" })
    }

    func addNodes(to scope: inout OnnxScope) { scope.weigh(scope.inputs, by: scope.tensor("logits"), axis: 0) }
}

struct AttentionRules: PlainRules, WeightlessRules {
    static let kind = "attention"
    var operation: Layer.Operation { .attention }
    var summary: String { "attention" }
    var role: Layer.Role { .fusion }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard inputs.count > 1, inputs[0] == [inputs.count - 1] else {
            throw LayerFault("needs a vector with one number per further input but gets shapes \(inputs)")
        }
        let values = Array(inputs.dropFirst())
        guard values.allSatisfy({ $0.count == 1 }) else {
            throw LayerFault("needs vectors to weight but gets \(values)")
        }
        return try equal(values)
    }

    func script(_ scope: inout ScriptScope) -> String {
        let weights = "torch.softmax(\(scope.value), 1)"
        return ScriptScope.sum(
            scope.values.dropFirst().enumerated().map { place, value in
                "torch.mul(\(value), torch.narrow(\(weights), 1, \(place), 1))"
            })
    }

    func addNodes(to scope: inout OnnxScope) {
        scope.weigh(Array(scope.inputs.dropFirst()), by: scope.value, axis: 1)
    }
}

private func equal(_ inputs: [[Int]]) throws(LayerFault) -> [Int] {
    guard let first = inputs.first else { throw LayerFault("has no inputs") }
    guard inputs.allSatisfy({ $0 == first }) else { throw LayerFault("gets different shapes: \(inputs)") }
    return first
}

extension OnnxScope {
    /// The layer's output as the sum of values, weighted by the softmax of scores along an axis.
    fileprivate mutating func weigh(_ values: [String], by scores: String, axis: Int) {
        let weights = node("Softmax", [scores], ["axis": .integer(axis)])
        var terms: [String] = []
        for (number, value) in values.enumerated() {
            let weight = node("Gather", [weights, integers([number])], ["axis": .integer(axis)])
            terms.append(node("Mul", [value, weight]))
        }
        finish("Sum", terms)
    }
}
