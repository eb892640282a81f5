struct FlattenRules: PlainRules, WeightlessRules {
    static let kind = "flatten"
    var operation: Layer.Operation { .flatten }
    var summary: String { "flatten" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] { [try LayerFault.single(inputs).reduce(1, *)] }
    func script(_ scope: inout ScriptScope) -> String { "torch.flatten(\(scope.value), 1)" }
    func addNodes(to scope: inout OnnxScope) { scope.finish("Flatten", scope.inputs, ["axis": .integer(1)]) }
}

struct ReshapeRules: WeightlessRules {
    static let kind = "reshape"
    let target: [Int]

    init(target: [Int]) { self.target = target }
    init(_ fields: inout LayerFields) throws { target = try fields.read("shape") }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("shape", target) }

    var operation: Layer.Operation { .reshape(target) }
    var summary: String { "as \(target.map(String.init).joined(separator: "×"))" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.single(inputs)
        guard (1...3).contains(target.count) else { throw LayerFault("has shape \(target); it must have 1 to 3 sizes") }
        for size in target { try LayerFault.check(size, "shape") }
        guard target.reduce(1.0, { $0 * Double($1) }) == shape.reduce(1.0, { $0 * Double($1) }) else {
            throw LayerFault("cannot reshape \(shape) to \(target)")
        }
        return target
    }

    func script(_ scope: inout ScriptScope) -> String {
        "torch.reshape(\(scope.value), [-1, \(target.map(String.init).joined(separator: ", "))])"
    }

    func addNodes(to scope: inout OnnxScope) { scope.finish("Reshape", [scope.value, scope.batched(target)]) }
}

struct TransposeRules: WeightlessRules {
    static let kind = "transpose"
    let order: [Int]

    init(order: [Int]) { self.order = order }
    init(_ fields: inout LayerFields) throws { order = try fields.read("order") }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("order", order) }

    var operation: Layer.Operation { .transpose(order) }
    var summary: String { "transpose" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.single(inputs)
        guard order.sorted() == Array(shape.indices) else {
            throw LayerFault("has the order \(order), which does not match the dimensions of \(shape)")
        }
        return order.map { shape[$0] }
    }

    private var places: [Int] { [0] + order.map { $0 + 1 } }

    func script(_ scope: inout ScriptScope) -> String {
        "torch.permute(\(scope.value), [\(places.map(String.init).joined(separator: ", "))])"
    }

    func addNodes(to scope: inout OnnxScope) { scope.finish("Transpose", scope.inputs, ["perm": .integers(places)]) }
}
