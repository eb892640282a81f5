struct PresenceRules: LayerRules {
    static let kind = "presence"
    /// Share of the samples that are treated as lacking the input during training.
    let rate: Double

    /// Rounding leaves small numbers where an absent input should give zeros.
    private static let largestZero = 1e-3

    init(rate: Double) { self.rate = rate }
    init(_ fields: inout LayerFields) throws { rate = try fields.read("rate") }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("rate", rate) }

    var operation: Layer.Operation { .presence(rate: rate) }
    var summary: String { "features, or learned numbers if absent" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard rate >= 0, rate < 1 else { throw LayerFault("has rate \(rate); 0 ≤ rate < 1 is required") }
        guard inputs.count == 2, inputs[0].count == 1 else {
            throw LayerFault("needs a vector and the input that it follows from but gets \(inputs)")
        }
        return inputs[0]
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] { [TensorPlan("absent", inputs[0], .constant(0))] }
    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        let features = scope.value
        let largest = scope.keep("torch.amax(torch.abs(torch.flatten(\(scope.values[1]), 1)), [1], True)")
        var present = scope.keep("torch.gt(\(largest), \(Self.largestZero)).to(\(features).dtype)")
        if rate > 0 {
            let kept = "torch.dropout(\(present), \(rate), self.training)"
            present = scope.keep("torch.gt(\(kept), 0).to(\(features).dtype)")
        }
        let absent = "torch.mul(\(scope.tensor("absent")), torch.rsub(\(present), 1))"
        return "torch.add(torch.mul(\(features), \(present)), \(absent))"
    }

    func addNodes(to scope: inout OnnxScope) {
        let flat = scope.node("Flatten", [scope.node("Abs", [scope.inputs[1]])])
        let largest = scope.node("ReduceMax", [flat], ["axes": .integers([1]), "keepdims": .integer(1)])
        let isPresent = scope.node("Greater", [largest, scope.number(Self.largestZero)])
        scope.finish("Where", [isPresent, scope.value, scope.tensor("absent")])
    }
}
