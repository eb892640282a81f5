/// How a sequence is reduced to one vector.
public enum SequencePooling: String, Hashable, Sendable, Codable, CaseIterable {
    /// The mean of all positions.
    case mean
    /// The sum of all positions divided by the square root of their number. If positions are independent, its spread
    /// does not depend on their number.
    case scaledSum = "scaled-sum"
    /// The elementwise maximum over all positions.
    case maximum
    /// The sum of all positions, weighted by the softmax of a learned product with each.
    case attention
    /// The first position.
    case first
}

struct SequencePoolingRules: LayerRules {
    static let kind = "sequence-pooling"
    let pooling: SequencePooling

    init(pooling: SequencePooling) { self.pooling = pooling }
    init(_ fields: inout LayerFields) throws { pooling = try fields.read("pooling") }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("pooling", pooling) }

    var operation: Layer.Operation { .sequencePooling(pooling) }
    var summary: String { "\(pooling.rawValue) of places" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] { [try LayerFault.sequence(inputs)[1]] }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        pooling == .attention ? [.weight("weight", [1, inputs[0][1]])] : []
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double {
        pooling == .attention ? 2 * Double(inputs[0][0]) * Double(inputs[0][1]) : 0
    }

    // A sample without tokens gives zeros or, with attention, the mean.

    func script(_ scope: inout ScriptScope) -> String {
        let value = scope.value
        guard pooling != .first else { return "torch.select(\(value), 1, 0)" }
        let mask = scope.mask().map { scope.keep("torch.unsqueeze(\($0), 2)") }
        switch pooling {
        case .first, .mean:
            guard let mask else { return "torch.mean(\(value), [1])" }
            let count = "torch.clamp(torch.sum(\(mask), [1]), 1)"
            return "torch.div(torch.sum(torch.mul(\(value), \(mask)), [1]), \(count))"
        case .scaledSum:
            let root = Double(scope.shape[0]).squareRoot()
            guard let mask else { return "torch.div(torch.sum(\(value), [1]), \(root))" }
            let count = "torch.clamp(torch.sum(\(mask), [1]), 1)"
            return "torch.div(torch.sum(torch.mul(\(value), \(mask)), [1]), torch.sqrt(\(count)))"
        case .maximum:
            guard let mask else { return "torch.amax(\(value), [1])" }
            let absent = "torch.masked_fill(\(value), torch.logical_not(\(mask)), \(SelfAttentionRules.masked))"
            return "torch.mul(torch.amax(\(absent), [1]), torch.amax(\(mask), [1]))"
        case .attention:
            var scores = scope.keep("torch.linear(\(value), \(scope.tensor("weight")), None)")
            if let mask {
                scores = scope.keep(
                    "torch.masked_fill(\(scores), torch.logical_not(\(mask)), \(SelfAttentionRules.masked))")
            }
            return "torch.sum(torch.mul(\(value), torch.softmax(\(scores), 1)), [1])"
        }
    }

    func addNodes(to scope: inout OnnxScope) {
        let value = scope.value, axis = scope.integers([1])
        guard pooling != .first else {
            return scope.finish(
                "Gather", [value, scope.constant([], .integers([0]))], ["axis": .integer(1)])
        }
        let mask = scope.mask().map { scope.node("Unsqueeze", [$0, scope.integers([2])]) }
        switch pooling {
        case .scaledSum:
            let present = mask.map { scope.node("Mul", [value, $0]) } ?? value
            let sum = scope.node("ReduceSum", [present, axis], ["keepdims": .integer(0)])
            let count =
                mask.map { scope.node("ReduceSum", [$0, axis], ["keepdims": .integer(0)]) }
                ?? scope.number(Double(scope.shape[0]))
            scope.finish("Div", [sum, scope.node("Sqrt", [scope.node("Max", [count, scope.number(1)])])])
        case .first, .mean:
            guard let mask else {
                return scope.finish("ReduceMean", [value], ["axes": .integers([1]), "keepdims": .integer(0)])
            }
            let present = scope.node("Mul", [value, mask])
            let sum = scope.node("ReduceSum", [present, axis], ["keepdims": .integer(0)])
            let count = scope.node("ReduceSum", [mask, axis], ["keepdims": .integer(0)])
            scope.finish("Div", [sum, scope.node("Max", [count, scope.number(1)])])
        case .maximum:
            let largest: OnnxScope.Attributes = ["axes": .integers([1]), "keepdims": .integer(0)]
            guard let mask else { return scope.finish("ReduceMax", [value], largest) }
            let present = scope.node("Mul", [value, mask])
            let sum = scope.node("Add", [present, scope.penalty(mask)])
            let result = scope.node("ReduceMax", [sum], largest)
            scope.finish("Mul", [result, scope.node("ReduceMax", [mask], largest)])
        case .attention:
            var scores = scope.linear(value, scope.tensor("weight"), bias: nil)
            if let mask { scores = scope.node("Add", [scores, scope.penalty(mask)]) }
            let weights = scope.node("Softmax", [scores], ["axis": .integer(1)])
            let weighed = scope.node("Mul", [value, weights])
            scope.finish("ReduceSum", [weighed, axis], ["keepdims": .integer(0)])
        }
    }
}

extension OnnxScope {
    /// The number that is added to the values of positions that are padding.
    fileprivate mutating func penalty(_ mask: String) -> String {
        let absence = node("Sub", [number(1), mask])
        return node("Mul", [absence, number(SelfAttentionRules.masked)])
    }
}
