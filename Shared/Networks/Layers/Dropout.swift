struct DropoutRules: WeightlessRules {
    static let kind = "dropout"
    let rate: Double

    init(rate: Double) { self.rate = rate }
    init(_ fields: inout LayerFields) throws { rate = try fields.read("rate") }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("rate", rate) }

    var operation: Layer.Operation { .dropout(rate: rate) }
    var summary: String { "dropout \(rate)" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard rate >= 0, rate < 1 else { throw LayerFault("has rate \(rate); 0 ≤ rate < 1 is required") }
        return try LayerFault.single(inputs)
    }

    func script(_ scope: inout ScriptScope) -> String { "torch.dropout(\(scope.value), \(rate), self.training)" }
    func addNodes(to scope: inout OnnxScope) { scope.finish("Dropout", scope.inputs) }
}

struct StochasticDepthRules: WeightlessRules {
    static let kind = "stochastic-depth"
    let rate: Double

    init(rate: Double) { self.rate = rate }
    init(_ fields: inout LayerFields) throws { rate = try fields.read("rate") }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("rate", rate) }

    var operation: Layer.Operation { .stochasticDepth(rate: rate) }
    var summary: String { "stochastic depth \(rate)" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        guard rate >= 0, rate < 1 else { throw LayerFault("has rate \(rate); 0 ≤ rate < 1 is required") }
        return try LayerFault.single(inputs)
    }

    /// Dropout of one number per sample, so that it is drawn in the same way as in all layers.
    func script(_ scope: inout ScriptScope) -> String {
        let sides = scope.shape.map { _ in "1" }.joined(separator: ", ")
        let ones = scope.keep(
            "torch.ones([\(scope.value).size(0), \(sides)], dtype=\(scope.value).dtype, device=\(scope.value).device)")
        return "torch.mul(\(scope.value), torch.dropout(\(ones), \(rate), self.training))"
    }

    func addNodes(to scope: inout OnnxScope) { scope.finish("Identity", scope.inputs) }
}
