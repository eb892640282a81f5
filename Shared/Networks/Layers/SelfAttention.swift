struct SelfAttentionRules: LayerRules {
    static let kind = "self-attention"
    /// Score of positions that are padding; their share is exactly 0 in single precision.
    static let masked = -30_000.0

    let heads: Int
    let dropout: Double

    init(heads: Int, dropout: Double) {
        self.heads = heads
        self.dropout = dropout
    }

    init(_ fields: inout LayerFields) throws {
        heads = try fields.read("heads")
        dropout = try fields.read("rate", default: 0)
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try fields.write("heads", heads)
        try fields.write("rate", dropout)
    }

    var operation: Layer.Operation { .selfAttention(heads: heads, dropout: dropout) }
    var summary: String { "attention of \(heads) heads" }
    var role: Layer.Role { .linear }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.sequence(inputs)
        try LayerFault.check(heads, "heads")
        guard shape[1].isMultiple(of: heads) else {
            throw LayerFault("has \(heads) heads, which do not divide \(shape[1]) features")
        }
        guard dropout >= 0, dropout < 1 else { throw LayerFault("has rate \(dropout); 0 ≤ rate < 1 is required") }
        return shape
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        let width = inputs[0][1]
        // Glorot and Bengio (2010) for the three matrices as one, as PyTorch has it.
        let entry = Float(6 / Double(4 * width)).squareRoot(), exit = 1 / Float(width).squareRoot()
        return [
            TensorPlan("in_proj_weight", [3 * width, width], .uniform(bound: entry)),
            TensorPlan("in_proj_bias", [3 * width], .constant(0)),
            TensorPlan("out_proj.weight", [width, width], .uniform(bound: exit)),
            TensorPlan("out_proj.bias", [width], .constant(0)),
        ]
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double {
        let (length, width) = (Double(output[0]), Double(output[1]))
        return 4 * length * width * width + 2 * length * length * width
    }

    func script(_ scope: inout ScriptScope) -> String {
        let (length, width) = (scope.shape[0], scope.shape[1])
        let mask = scope.mask()
        let product = "torch.linear(\(scope.value), \(scope.tensor("in_proj_weight")), \(scope.tensor("in_proj_bias")))"
        let parts = "torch.reshape(\(product), [-1, \(length), 3, \(heads), \(width / heads)])"
        let all = scope.keep("torch.permute(\(parts), [2, 0, 3, 1, 4])")
        let scores = "torch.matmul(torch.select(\(all), 0, 0), torch.transpose(torch.select(\(all), 0, 1), -2, -1))"
        var weights = scope.keep("torch.mul(\(scores), \(scale(width)))")
        if let mask {
            let absent = "torch.unsqueeze(torch.unsqueeze(torch.logical_not(\(mask)), 1), 2)"
            weights = scope.keep("torch.masked_fill(\(weights), \(absent), \(Self.masked))")
        }
        weights = scope.keep("torch.softmax(\(weights), -1)")
        if dropout > 0 { weights = scope.keep("torch.dropout(\(weights), \(dropout), self.training)") }
        let joined = "torch.transpose(torch.matmul(\(weights), torch.select(\(all), 0, 2)), 1, 2)"
        return "torch.linear(torch.reshape(\(joined), [-1, \(length), \(width)]), \(scope.tensor("out_proj.weight")), "
            + "\(scope.tensor("out_proj.bias")))"
    }

    func addNodes(to scope: inout OnnxScope) {
        let (length, width) = (scope.shape[0], scope.shape[1])
        let product = scope.linear(scope.value, scope.tensor("in_proj_weight"), bias: scope.tensor("in_proj_bias"))
        let parts = scope.node("Reshape", [product, scope.batched([length, 3, heads, width / heads])])
        let all = scope.node("Transpose", [parts], ["perm": .integers([2, 0, 3, 1, 4])])
        let three = (0..<3).map { part in
            scope.node("Gather", [all, scope.constant([], .integers([Int64(part)]))], ["axis": .integer(0)])
        }
        let keys = scope.node("Transpose", [three[1]], ["perm": .integers([0, 1, 3, 2])])
        var scores = scope.node("MatMul", [three[0], keys])
        scores = scope.node("Mul", [scores, scope.number(scale(width))])
        if let mask = scope.mask() {
            let presence = scope.node("Unsqueeze", [mask, scope.integers([1, 2])])
            let absence = scope.node("Sub", [scope.number(1), presence])
            let penalty = scope.node("Mul", [absence, scope.number(Self.masked)])
            scores = scope.node("Add", [scores, penalty])
        }
        let weights = scope.node("Softmax", [scores], ["axis": .integer(-1)])
        let values = scope.node("MatMul", [weights, three[2]])
        let ordered = scope.node("Transpose", [values], ["perm": .integers([0, 2, 1, 3])])
        let joined = scope.node("Reshape", [ordered, scope.batched([length, width])])
        scope.finishLinear(joined, scope.tensor("out_proj.weight"), bias: scope.tensor("out_proj.bias"))
    }

    private func scale(_ width: Int) -> Double { 1 / Double(width / heads).squareRoot() }
}
