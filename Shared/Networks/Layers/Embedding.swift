struct EmbeddingRules: LayerRules {
    static let kind = "embedding"
    let vocabulary: Int
    let features: Int

    init(vocabulary: Int, features: Int) {
        self.vocabulary = vocabulary
        self.features = features
    }

    init(_ fields: inout LayerFields) throws {
        vocabulary = try fields.read("vocabulary")
        features = try fields.read("features")
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try fields.write("vocabulary", vocabulary)
        try fields.write("features", features)
    }

    var operation: Layer.Operation { .embedding(vocabulary: vocabulary, features: features) }
    var summary: String { "embedding \(vocabulary) → \(features)" }
    var role: Layer.Role { .other }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.single(inputs)
        guard shape.count == 1 else { throw LayerFault("needs a row of words but gets \(shape)") }
        try LayerFault.check(vocabulary, "vocabulary")
        try LayerFault.check(features, "features")
        return [features, 1, shape[0]]
    }

    /// Variance 1, whatever the size of the vocabulary.
    func tensors(from inputs: [[Int]]) -> [TensorPlan] { [.random("weight", [vocabulary, features], deviation: 1)] }
    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        let words = Self.numbers(scope.value, below: vocabulary)
        return "torch.unsqueeze(torch.transpose(torch.embedding(\(scope.tensor("weight")), \(words)), 1, 2), 2)"
    }

    func addNodes(to scope: inout OnnxScope) {
        let rows = scope.rows(of: scope.tensor("weight"), at: scope.value, below: vocabulary)
        let columns = scope.node("Transpose", [rows], ["perm": .integers([0, 2, 1])])
        scope.finish("Unsqueeze", [columns, scope.integers([2])])
    }

    /// Word numbers as integers, clamped to the vocabulary.
    static func numbers(_ value: String, below count: Int) -> String {
        // 4 is the type of 64-bit integers.
        "torch.to(torch.clamp(\(value), 0, \(count - 1)), 4)"
    }
}

/// An embedding that outputs a sequence.
struct TokenEmbeddingRules: LayerRules {
    static let kind = "token-embedding"
    let vocabulary: Int
    let features: Int
    let deviation: Double

    init(vocabulary: Int, features: Int, deviation: Double) {
        self.vocabulary = vocabulary
        self.features = features
        self.deviation = deviation
    }

    init(_ fields: inout LayerFields) throws {
        vocabulary = try fields.read("vocabulary")
        features = try fields.read("features")
        deviation = try fields.read("deviation", default: 1)
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try fields.write("vocabulary", vocabulary)
        try fields.write("features", features)
        try fields.write("deviation", deviation, unless: 1)
    }

    var operation: Layer.Operation {
        .tokenEmbedding(vocabulary: vocabulary, features: features, deviation: deviation)
    }
    var summary: String { "tokens \(vocabulary) → \(features)" }
    var role: Layer.Role { .other }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let tokens = try LayerFault.tokens(inputs, vocabulary, features, deviation)
        return [tokens, features]
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        [.random("weight", [vocabulary, features], deviation: Float(deviation))]
    }
    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        let words = EmbeddingRules.numbers(scope.value, below: vocabulary)
        let presence = "torch.unsqueeze(torch.ne(\(scope.value), 0), 2)"
        return "torch.mul(torch.embedding(\(scope.tensor("weight")), \(words)), \(presence))"
    }

    func addNodes(to scope: inout OnnxScope) {
        let rows = scope.rows(of: scope.tensor("weight"), at: scope.value, below: vocabulary)
        let size = scope.node("Abs", [scope.value])
        let presence = scope.node("Min", [size, scope.number(1)])
        let column = scope.node("Unsqueeze", [presence, scope.integers([2])])
        scope.finish("Mul", [rows, column])
    }
}

extension LayerFault {
    /// The number of tokens that a layer with a random vector for each token reads.
    static func tokens(
        _ inputs: [[Int]], _ vocabulary: Int, _ features: Int, _ deviation: Double
    ) throws(LayerFault) -> Int {
        let shape = try single(inputs)
        guard shape.count == 1 else { throw LayerFault("needs a row of tokens but gets \(shape)") }
        try check(vocabulary, "vocabulary")
        try check(features, "features")
        guard deviation > 0, deviation <= 100 else {
            throw LayerFault("has deviation \(deviation); it must be above 0 and at most 100")
        }
        return shape[0]
    }
}

extension OnnxScope {
    /// Numbers as integers, clamped to the range from 0 to `count` − 1.
    mutating func integers(_ numbers: String, below count: Int) -> String {
        let whole = node("Cast", [numbers], ["to": .integer(7)])
        let bounded = node("Max", [whole, integers([0])])
        return node("Min", [bounded, integers([count - 1])])
    }

    /// Rows of a matrix by number; numbers are clamped to the rows of the matrix.
    mutating func rows(of weight: String, at numbers: String, below count: Int) -> String {
        let words = integers(numbers, below: count)
        return node("Gather", [weight, words], ["axis": .integer(0)])
    }
}
