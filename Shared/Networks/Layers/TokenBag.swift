import Foundation

/// One vector for all tokens and pairs of adjacent tokens: the sum of a learned vector for each, times its inverse
/// document frequency, divided by the Euclidean norm of these factors (Salton and Buckley, Term-weighting approaches in
/// automatic text retrieval, 1988). Words that are in most texts, and long texts, thus count no more than others.
struct TokenBagRules: LayerRules {
    static let kind = "token-bag"
    /// Number of training samples from which document frequencies are counted.
    private static let mostSamples = 100_000

    let vocabulary: Int
    /// Number of different values for pairs of tokens; 0 if the layer reads only the tokens.
    let pairs: Int
    let features: Int
    let deviation: Double

    init(vocabulary: Int, pairs: Int, features: Int, deviation: Double) {
        (self.vocabulary, self.pairs, self.features, self.deviation) = (vocabulary, pairs, features, deviation)
    }

    init(_ fields: inout LayerFields) throws {
        vocabulary = try fields.read("vocabulary")
        pairs = try fields.read("pairs")
        features = try fields.read("features")
        deviation = try fields.read("deviation")
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try fields.write("vocabulary", vocabulary)
        try fields.write("pairs", pairs)
        try fields.write("features", features)
        try fields.write("deviation", deviation)
    }

    var operation: Layer.Operation {
        .tokenBag(vocabulary: vocabulary, pairs: pairs, features: features, deviation: deviation)
    }
    var summary: String { "bag of \(vocabulary) tokens → \(features)" }
    var role: Layer.Role { .other }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let tokens = try LayerFault.tokens(inputs, vocabulary, features, deviation)
        guard pairs == 0 || tokens > 1 && (1...TokenPairsRules.mostNumbers).contains(pairs) else {
            throw LayerFault(
                "has pairs \(pairs) for \(tokens) tokens; it must be 0 or, for several tokens, at most "
                    + "\(TokenPairsRules.mostNumbers)")
        }
        return [features]
    }

    /// Names of the tensors of a bag: vectors and factors, and how many of them there are.
    private var bags: [(weight: String, importance: String, count: Int)] {
        let pairs = pairs > 0 ? [("pair_weight", "pair_importance", pairs + 1)] : []
        return [("weight", "importance", vocabulary)] + pairs
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        bags.flatMap { bag -> [TensorPlan] in
            [
                .random(bag.weight, [bag.count, features], deviation: Float(deviation)),
                TensorPlan(bag.importance, [bag.count, 1], .constant(1), isTrained: false),
            ]
        }
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double {
        Double(bags.count) * Double(inputs[0][0]) * Double(features)
    }

    /// Inverse document frequencies, ln((1 + samples) ÷ (1 + samples with the token)) + 1, and 0 for what is in no sample:
    /// nothing was learned about it, and it would make the known parts of a text count less.
    func fitted(to rows: AnySequence<[Float]>) -> [(tensor: String, values: [Float])] {
        var counts = bags.map { [Int32](repeating: 0, count: $0.count) }
        var last = counts.map { [Int32](repeating: -1, count: $0.count) }
        var samples: Int32 = 0
        func count(_ number: Int, in bag: Int) {
            guard last[bag][number] != samples else { return }
            last[bag][number] = samples
            counts[bag][number] += 1
        }
        for row in rows.prefix(Self.mostSamples) {
            var former = 0
            for value in row {
                let token = min(max(Int(value), 0), vocabulary - 1)
                count(token, in: 0)
                if pairs > 0 { count(TokenPairsRules.number(of: former, token, below: pairs), in: 1) }
                former = token
            }
            samples += 1
        }
        return zip(bags, counts).map { bag, counts in
            (bag.importance, counts.map { $0 == 0 ? 0 : Float(log(Double(1 + samples) / Double(1 + $0)) + 1) })
        }
    }

    func script(_ scope: inout ScriptScope) -> String {
        let tokens = scope.keep(EmbeddingRules.numbers(scope.value, below: vocabulary))
        let numbers = [tokens] + (pairs > 0 ? [TokenPairsRules.script(&scope, of: tokens, pairs)] : [])
        var (sums, squares): ([String], [String]) = ([], [])
        for (bag, numbers) in zip(bags, numbers) {
            let presence = "torch.unsqueeze(torch.ne(\(numbers), 0), 2)"
            let importance = "torch.embedding(\(scope.tensor(bag.importance)), \(numbers))"
            let factors = scope.keep("torch.mul(\(importance), \(presence))")
            let vectors = "torch.embedding(\(scope.tensor(bag.weight)), \(numbers))"
            sums.append(scope.keep("torch.squeeze(torch.bmm(torch.transpose(\(factors), 1, 2), \(vectors)), 1)"))
            squares.append(scope.keep("torch.sum(torch.mul(\(factors), \(factors)), [1])"))
        }
        let norm = "torch.sqrt(torch.clamp(\(ScriptScope.sum(squares)), 1))"
        return "torch.div(\(ScriptScope.sum(sums)), \(norm))"
    }

    func addNodes(to scope: inout OnnxScope) {
        let axis = scope.integers([1]), one = scope.integers([1])
        let tokens = scope.integers(scope.value, below: vocabulary)
        let numbers = [tokens] + (pairs > 0 ? [TokenPairsRules.nodes(&scope, of: tokens, pairs)] : [])
        var (sums, squares): ([String], [String]) = ([], [])
        for (bag, numbers) in zip(bags, numbers) {
            let presence = scope.node("Cast", [scope.node("Min", [numbers, one])], ["to": .integer(1)])
            let importance = scope.node("Gather", [scope.tensor(bag.importance), numbers], ["axis": .integer(0)])
            let factors = scope.node("Mul", [importance, scope.node("Unsqueeze", [presence, scope.integers([2])])])
            let vectors = scope.node("Gather", [scope.tensor(bag.weight), numbers], ["axis": .integer(0)])
            let product = scope.node("Mul", [vectors, factors])
            sums.append(scope.node("ReduceSum", [product, axis], ["keepdims": .integer(0)]))
            let square = scope.node("Mul", [factors, factors])
            squares.append(scope.node("ReduceSum", [square, axis], ["keepdims": .integer(0)]))
        }
        func sum(_ values: [String]) -> String {
            values.dropFirst().reduce(values[0]) { scope.node("Add", [$0, $1]) }
        }
        let norm = scope.node("Sqrt", [scope.node("Max", [sum(squares), scope.number(1)])])
        scope.finish("Div", [sum(sums), norm])
    }
}
