import Foundation

/// How the positions of a sequence are encoded.
public enum Positions: Hashable, Sendable {
    /// A learned vector for each of a given number of positions.
    case learned(most: Int)
    /// Sines and cosines of decreasing frequency (Vaswani et al. 2017).
    case sinusoidal
}

struct PositionsRules: LayerRules {
    static let kind = "positions"
    let positions: Positions

    init(positions: Positions) { self.positions = positions }

    init(_ fields: inout LayerFields) throws {
        let most = try fields.read("most", default: 0)
        positions = most == 0 ? .sinusoidal : .learned(most: most)
    }

    func write(to fields: inout LayerFieldWriter) throws {
        if case .learned(let most) = positions { try fields.write("most", most) }
    }

    var operation: Layer.Operation { .positions(positions) }
    var summary: String { "positions" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.single(inputs)
        guard shape.count == 2 else { throw LayerFault("needs a sequence [length, features] but gets \(shape)") }
        switch positions {
        case .learned(let most):
            try LayerFault.check(most, "most")
            guard shape[0] <= most else { throw LayerFault("has \(most) positions but gets \(shape)") }
        case .sinusoidal:
            guard shape[1].isMultiple(of: 2) else {
                throw LayerFault("needs an even number of features, not \(shape[1])")
            }
        }
        return shape
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        guard case .learned(let most) = positions else { return [] }
        return [.random("weight", [most, inputs[0][1]], deviation: 0.02)]
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        let (length, features) = (scope.shape[0], scope.shape[1])
        guard case .sinusoidal = positions else {
            return "torch.add(\(scope.value), torch.narrow(\(scope.tensor("weight")), 0, 0, \(length)))"
        }
        let type = "dtype=\(scope.value).dtype, device=\(scope.value).device"
        let places = scope.keep("torch.unsqueeze(torch.arange(\(length), \(type)), 1)")
        let steps = scope.keep("torch.arange(0, \(features), 2, \(type))")
        let angles = scope.keep(
            "torch.mul(\(places), torch.exp(torch.mul(\(steps), \(-log(10_000.0) / Double(features)))))")
        let waves =
            "torch.reshape(torch.stack([torch.sin(\(angles)), torch.cos(\(angles))], 2), [\(length), \(features)])"
        return "torch.add(\(scope.value), \(waves))"
    }

    func addNodes(to scope: inout OnnxScope) {
        let (length, features) = (scope.shape[0], scope.shape[1])
        guard case .sinusoidal = positions else {
            let rows = scope.node(
                "Slice", [scope.tensor("weight"), scope.integers([0]), scope.integers([length]), scope.integers([0])])
            return scope.finish("Add", [scope.value, rows])
        }
        let waves = (0..<length).flatMap { place in
            (0..<features).map { feature in
                let angle = Double(place) * exp(-log(10_000.0) / Double(features) * Double(feature / 2 * 2))
                return Float(feature.isMultiple(of: 2) ? sin(angle) : cos(angle))
            }
        }
        scope.finish("Add", [scope.value, scope.constant([length, features], .numbers(waves))])
    }
}

/// One of several learned vectors, chosen by the kind of text; the whole sample is of the first kind.
struct SegmentsRules: LayerRules {
    static let kind = "segments"
    let count: Int

    init(count: Int) { self.count = count }
    init(_ fields: inout LayerFields) throws { count = try fields.read("count") }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("count", count) }

    var operation: Layer.Operation { .segments(count: count) }
    var summary: String { "segments" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.single(inputs)
        guard shape.count == 2 else { throw LayerFault("needs a sequence [length, features] but gets \(shape)") }
        try LayerFault.check(count, "count")
        return shape
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        [.random("weight", [count, inputs[0][1]], deviation: 0.02)]
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        "torch.add(\(scope.value), torch.select(\(scope.tensor("weight")), 0, 0))"
    }

    func addNodes(to scope: inout OnnxScope) {
        let first = scope.node(
            "Gather", [scope.tensor("weight"), scope.constant([], .integers([0]))], ["axis": .integer(0)])
        scope.finish("Add", [scope.value, first])
    }
}

/// A learned vector before a sequence, in which a network gathers information about the whole sequence.
struct ClassTokenRules: PlainRules {
    static let kind = "class-token"
    var operation: Layer.Operation { .classToken }
    var summary: String { "class token" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.single(inputs)
        guard shape.count == 2 else { throw LayerFault("needs a sequence [length, features] but gets \(shape)") }
        return [shape[0] + 1, shape[1]]
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        [.random("weight", [inputs[0][1]], deviation: 0.02)]
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double { 0 }

    func script(_ scope: inout ScriptScope) -> String {
        let token = scope.keep(
            "torch.expand(\(scope.tensor("weight")), [\(scope.value).size(0), 1, \(scope.shape[1])])")
        return "torch.cat([\(token), \(scope.value)], 1)"
    }

    func addNodes(to scope: inout OnnxScope) {
        let shape = scope.node("Shape", scope.inputs)
        let batch = scope.node("Slice", [shape, scope.integers([0]), scope.integers([1])])
        let size = scope.node("Concat", [batch, scope.integers([1, scope.shape[1]])], ["axis": .integer(0)])
        let token = scope.node("Expand", [scope.tensor("weight"), size])
        scope.finish("Concat", [token, scope.value], ["axis": .integer(1)])
    }
}
