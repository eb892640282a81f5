/// The columns of a table: numbers come first, then a category's number for each column of categories.
struct TableColumns: Hashable, Sendable {
    /// Number of values in each column of categories.
    let categories: [Int]
    /// Number of values that are learned for each category.
    let features: Int

    init(categories: [Int], features: Int) {
        self.categories = categories
        self.features = features
    }

    init(_ fields: inout LayerFields) throws {
        categories = try fields.read("categories", default: [])
        features = try fields.read("features")
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try fields.write("categories", categories)
        try fields.write("features", features)
    }

    /// Number of columns that hold numbers.
    func numbers(of shape: [Int]) -> Int { shape[0] - categories.count }

    func check(_ inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.single(inputs)
        guard shape.count == 1, shape[0] >= categories.count else {
            throw LayerFault("needs a row with \(categories.count) categories but gets \(shape)")
        }
        try LayerFault.check(features, "features")
        for count in categories { try LayerFault.check(count, "categories") }
        return shape
    }

    /// A matrix for each column of categories.
    func tensors(deviation: Float) -> [TensorPlan] {
        categories.enumerated().map { .random("category\($0).weight", [$1, features], deviation: deviation) }
    }

    /// The learned values of each category: `[batch, features]`.
    func scripts(_ scope: ScriptScope) -> [String] {
        let first = numbers(of: scope.shape)
        return categories.enumerated().map { place, count in
            let numbers = EmbeddingRules.numbers("torch.select(\(scope.value), 1, \(first + place))", below: count)
            return "torch.embedding(\(scope.tensor("category\(place).weight")), \(numbers))"
        }
    }

    func nodes(_ scope: inout OnnxScope) -> [String] {
        let first = numbers(of: scope.shape)
        var rows: [String] = []
        for (place, count) in categories.enumerated() {
            let column = scope.constant([], .integers([Int64(first + place)]))
            let values = scope.node("Gather", [scope.value, column], ["axis": .integer(1)])
            rows.append(scope.rows(of: scope.tensor("category\(place).weight"), at: values, below: count))
        }
        return rows
    }
}

struct ColumnsRules: LayerRules {
    static let kind = "columns"
    let table: TableColumns

    init(table: TableColumns) { self.table = table }
    init(_ fields: inout LayerFields) throws { table = try TableColumns(&fields) }
    func write(to fields: inout LayerFieldWriter) throws { try table.write(to: &fields) }

    var operation: Layer.Operation { .columns(categories: table.categories, features: table.features) }
    var summary: String { "columns" }
    var role: Layer.Role { .other }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try table.check(inputs)
        return [table.numbers(of: shape) + table.categories.count * table.features]
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] { table.tensors(deviation: 1) }
    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        let count = table.numbers(of: scope.shape)
        let numbers = count > 0 ? ["torch.narrow(\(scope.value), 1, 0, \(count))"] : []
        return "torch.cat([\((numbers + table.scripts(scope)).joined(separator: ", "))], 1)"
    }

    func addNodes(to scope: inout OnnxScope) {
        let count = table.numbers(of: scope.shape)
        let numbers = count > 0 ? [scope.numbers(count)] : []
        scope.finish("Concat", numbers + table.nodes(&scope), ["axis": .integer(1)])
    }
}

struct ColumnTokensRules: LayerRules {
    static let kind = "column-tokens"
    let table: TableColumns

    init(table: TableColumns) { self.table = table }
    init(_ fields: inout LayerFields) throws { table = try TableColumns(&fields) }
    func write(to fields: inout LayerFieldWriter) throws { try table.write(to: &fields) }

    var operation: Layer.Operation { .columnTokens(categories: table.categories, features: table.features) }
    var summary: String { "columns → \(table.features)" }
    var role: Layer.Role { .other }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] { [try table.check(inputs)[0], table.features] }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        let bound = 1 / Float(table.features).squareRoot(), count = table.numbers(of: inputs[0])
        let numbers = count > 0 ? [TensorPlan("weight", [count, table.features], .uniform(bound: bound))] : []
        return numbers + table.tensors(deviation: bound / Float(3).squareRoot())
            + [TensorPlan("bias", [inputs[0][0], table.features], .uniform(bound: bound))]
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double {
        Double(table.numbers(of: inputs[0])) * Double(table.features)
    }

    func script(_ scope: inout ScriptScope) -> String {
        let count = table.numbers(of: scope.shape)
        var tokens: [String] = []
        if count > 0 {
            let numbers = "torch.unsqueeze(torch.narrow(\(scope.value), 1, 0, \(count)), 2)"
            tokens.append(scope.keep("torch.mul(\(numbers), \(scope.tensor("weight")))"))
        }
        tokens += table.scripts(scope).map { "torch.unsqueeze(\($0), 1)" }
        return "torch.add(torch.cat([\(tokens.joined(separator: ", "))], 1), \(scope.tensor("bias")))"
    }

    func addNodes(to scope: inout OnnxScope) {
        let count = table.numbers(of: scope.shape)
        var tokens: [String] = []
        if count > 0 {
            let column = scope.node("Unsqueeze", [scope.numbers(count), scope.integers([2])])
            tokens.append(scope.node("Mul", [column, scope.tensor("weight")]))
        }
        for row in table.nodes(&scope) { tokens.append(scope.node("Unsqueeze", [row, scope.integers([1])])) }
        let all = scope.node("Concat", tokens, ["axis": .integer(1)])
        scope.finish("Add", [all, scope.tensor("bias")])
    }
}

/// The columns of a table as one vector, like `columns`, followed by learned waves of each number, so that networks can
/// fit steps and bumps (Gorishniy et al., On embeddings for numerical features in tabular deep learning, 2022, section 3.3).
struct PeriodicColumnsRules: LayerRules {
    static let kind = "periodic-columns"
    let table: TableColumns
    /// Number of frequencies per column of numbers.
    let frequencies: Int
    /// Initial standard deviation of the frequencies.
    let deviation: Double

    init(table: TableColumns, frequencies: Int, deviation: Double) {
        (self.table, self.frequencies, self.deviation) = (table, frequencies, deviation)
    }

    init(_ fields: inout LayerFields) throws {
        table = try TableColumns(&fields)
        frequencies = try fields.read("frequencies")
        deviation = try fields.read("deviation")
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try table.write(to: &fields)
        try fields.write("frequencies", frequencies)
        try fields.write("deviation", deviation)
    }

    var operation: Layer.Operation {
        .periodicColumns(
            categories: table.categories, features: table.features, frequencies: frequencies, deviation: deviation)
    }
    var summary: String { "columns with \(frequencies) waves" }
    var role: Layer.Role { .other }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try table.check(inputs)
        try LayerFault.check(frequencies, "frequencies")
        guard deviation > 0, deviation.isFinite else {
            throw LayerFault("has deviation \(deviation); it must be above 0")
        }
        let count = table.numbers(of: shape)
        guard count > 0 else { throw LayerFault("needs at least one column of numbers") }
        return [count * (1 + table.features) + table.categories.count * table.features]
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        let count = table.numbers(of: inputs[0]), bound = 1 / Float(2 * frequencies).squareRoot()
        return [
            .random("frequency", [count, frequencies], deviation: Float(deviation)),
            TensorPlan("weight", [count, 2 * frequencies, table.features], .uniform(bound: bound)),
            TensorPlan("bias", [count, table.features], .uniform(bound: bound)),
        ] + table.tensors(deviation: 1)
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double {
        Double(table.numbers(of: inputs[0])) * Double(2 * frequencies * table.features + frequencies)
    }

    func script(_ scope: inout ScriptScope) -> String {
        let count = table.numbers(of: scope.shape)
        let numbers = scope.keep("torch.narrow(\(scope.value), 1, 0, \(count))")
        let turns = "torch.mul(torch.unsqueeze(\(numbers), 2), \(scope.tensor("frequency")))"
        let angles = scope.keep("torch.mul(\(turns), \(2 * Double.pi))")
        let waves = "torch.transpose(torch.cat([torch.sin(\(angles)), torch.cos(\(angles))], 2), 0, 1)"
        let sums = "torch.transpose(torch.bmm(\(waves), \(scope.tensor("weight"))), 0, 1)"
        let features = "torch.flatten(torch.relu(torch.add(\(sums), \(scope.tensor("bias")))), 1)"
        return "torch.cat([\(([numbers, features] + table.scripts(scope)).joined(separator: ", "))], 1)"
    }

    func addNodes(to scope: inout OnnxScope) {
        let numbers = scope.numbers(table.numbers(of: scope.shape))
        let column = scope.node("Unsqueeze", [numbers, scope.integers([2])])
        let turns = scope.node("Mul", [column, scope.tensor("frequency")])
        let angles = scope.node("Mul", [turns, scope.constant([], .numbers([2 * Float.pi]))])
        let both = [scope.node("Sin", [angles]), scope.node("Cos", [angles])]
        let order: OnnxGraph.Attribute = .integers([1, 0, 2])
        let waves = scope.node("Transpose", [scope.node("Concat", both, ["axis": .integer(2)])], ["perm": order])
        let products = scope.node("MatMul", [waves, scope.tensor("weight")])
        let sums = scope.node("Add", [scope.node("Transpose", [products], ["perm": order]), scope.tensor("bias")])
        let features = scope.node("Flatten", [scope.node("Relu", [sums])], ["axis": .integer(1)])
        scope.finish("Concat", [numbers, features] + table.nodes(&scope), ["axis": .integer(1)])
    }
}

extension OnnxScope {
    /// The first columns of the layer's input.
    fileprivate mutating func numbers(_ count: Int) -> String {
        node("Slice", [value, integers([0]), integers([count]), integers([1])])
    }
}
