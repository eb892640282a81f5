/// Numbers for pairs of adjacent tokens, by hashing (Weinberger et al., Feature hashing for large scale multitask
/// learning, 2009), so that an embedding can learn what two words mean together.
struct TokenPairsRules: WeightlessRules {
    static let kind = "token-pairs"
    /// Factor for the first token of a pair; a prime, so that pairs spread over the numbers.
    private static let factor = 31_337
    /// The largest number that a 32-bit float can distinguish from its neighbors.
    static let mostNumbers = 1 << 24

    let numbers: Int

    init(numbers: Int) { self.numbers = numbers }
    init(_ fields: inout LayerFields) throws { numbers = try fields.read("numbers") }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("numbers", numbers) }

    var operation: Layer.Operation { .tokenPairs(numbers: numbers) }
    var summary: String { "pairs of tokens" }
    var role: Layer.Role { .other }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.single(inputs)
        guard shape.count == 1, shape[0] > 1 else { throw LayerFault("needs a row of tokens but gets \(shape)") }
        guard (1...Self.mostNumbers).contains(numbers) else {
            throw LayerFault("has numbers \(numbers); it must be from 1 to \(Self.mostNumbers)")
        }
        return shape
    }

    /// The number of a pair, as the script and the nodes below compute it; 0 if one of the two tokens is 0.
    static func number(of first: Int, _ second: Int, below numbers: Int) -> Int {
        first != 0 && second != 0 ? (first * factor + second) % numbers + 1 : 0
    }

    func script(_ scope: inout ScriptScope) -> String {
        // 4 is the type of 64-bit integers.
        let tokens = scope.keep("torch.to(\(scope.value), 4)")
        return "torch.to(\(Self.script(&scope, of: tokens, numbers)), \(scope.value).dtype)"
    }

    /// The numbers of the pairs, as integers, from the tokens as integers.
    static func script(_ scope: inout ScriptScope, of tokens: String, _ numbers: Int) -> String {
        let length = scope.shape[0]
        let first = scope.keep("torch.narrow(\(tokens), 1, 0, \(length - 1))")
        let second = scope.keep("torch.narrow(\(tokens), 1, 1, \(length - 1))")
        let hash = "torch.remainder(torch.add(torch.mul(\(first), \(factor)), \(second)), \(numbers))"
        let presence = "torch.mul(torch.ne(\(first), 0), torch.ne(\(second), 0))"
        let pairs = "torch.mul(torch.add(\(hash), 1), \(presence))"
        return scope.keep("torch.constant_pad_nd(\(pairs), [0, 1], 0)")
    }

    func addNodes(to scope: inout OnnxScope) {
        let tokens = scope.node("Cast", [scope.value], ["to": .integer(7)])
        scope.finish("Cast", [Self.nodes(&scope, of: tokens, numbers)], ["to": .integer(1)])
    }

    /// Adds nodes for the numbers of the pairs, as integers, from the tokens as integers.
    static func nodes(_ scope: inout OnnxScope, of tokens: String, _ numbers: Int) -> String {
        let length = scope.shape[0]
        let first = scope.columns(0..<length - 1, of: tokens), second = scope.columns(1..<length, of: tokens)
        let product = scope.node("Mul", [first, scope.integers([factor])])
        let hash = scope.node("Mod", [scope.node("Add", [product, second]), scope.integers([numbers])])
        let one = scope.integers([1])
        let isFirst = scope.node("Min", [scope.node("Abs", [first]), one])
        let isSecond = scope.node("Min", [scope.node("Abs", [second]), one])
        let presence = scope.node("Mul", [isFirst, isSecond])
        let pairs = scope.node("Mul", [scope.node("Add", [hash, one]), presence])
        let end = scope.node("Mul", [scope.columns(0..<1, of: tokens), scope.integers([0])])
        return scope.node("Concat", [pairs, end], ["axis": .integer(1)])
    }
}

extension OnnxScope {
    /// A range of columns of a matrix.
    fileprivate mutating func columns(_ range: Range<Int>, of value: String) -> String {
        let (begin, end) = (integers([range.lowerBound]), integers([range.upperBound]))
        return node("Slice", [value, begin, end, integers([1])])
    }
}
