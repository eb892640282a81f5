import Model
import Schema

/// A node of a graph with its attributes.
struct OnnxOperation {
    let node: Wire.OnnxNode

    var kind: String { node.opType }

    /// The failure of a node that uses an unsupported feature.
    func unsupported(_ what: String) -> Failure {
        let name = node.name.isEmpty ? node.output.first ?? "" : node.name
        return Failure(.invalidArgument, "node '\(name.prefix(200))': \(kind) with \(what) is not supported")
    }

    // MARK: Settings

    private func attribute(_ name: String) -> Wire.OnnxAttribute? { node.attribute.first { $0.name == name } }

    func has(_ name: String) -> Bool { attribute(name) != nil }

    func integer(_ name: String, default value: Int) -> Int {
        attribute(name).map { Int(clamping: $0.i) } ?? value
    }

    func flag(_ name: String, default value: Bool = false) -> Bool { integer(name, default: value ? 1 : 0) != 0 }

    func number(_ name: String, default value: Float) -> Float { attribute(name)?.f ?? value }

    func text(_ name: String, default value: String) -> String {
        attribute(name).map { String(decoding: $0.s, as: UTF8.self) } ?? value
    }

    func integers(_ name: String) -> [Int]? { attribute(name)?.ints.map { Int(clamping: $0) } }

    func numbers(_ name: String) -> [Float]? { attribute(name)?.floats }

    func texts(_ name: String) -> [String]? {
        attribute(name)?.strings.map { String(decoding: $0, as: UTF8.self) }
    }

    func tensor(_ name: String) -> Wire.OnnxTensor? { attribute(name)?.t }

    func graph(_ name: String) throws -> Wire.OnnxGraph {
        guard let attribute = attribute(name) else { throw unsupported("no '\(name)'") }
        return try Wire.OnnxGraph(bytes: attribute.g)
    }

    // MARK: Operands

    /// The indices of its inputs.
    var operands: Range<Int> { node.input.indices }

    /// Number of its outputs.
    var outputs: Int { node.output.count }

    /// Name of the input at an index; nil if there is none.
    func input(_ place: Int) -> String? {
        guard node.input.indices.contains(place), !node.input[place].isEmpty else { return nil }
        return node.input[place]
    }

    /// - Throws: `Failure` if it has more than the given number of outputs.
    func requireOutputs(_ most: Int) throws {
        guard !node.output.dropFirst(most).contains(where: { !$0.isEmpty }) else {
            throw unsupported("more than \(most) output(s)")
        }
    }

    /// The value of the operator `Constant`.
    func constant() throws -> Wire.OnnxTensor {
        if let tensor = tensor("value") { return tensor }
        if has("value_float") {
            return Wire.OnnxTensor(
                dataType: TensorElementType.float.rawValue, floatData: [number("value_float", default: 0)])
        }
        if has("value_int") {
            return Wire.OnnxTensor(
                dataType: TensorElementType.int64.rawValue, int64Data: [Int64(integer("value_int", default: 0))])
        }
        if let integers = attribute("value_ints")?.ints {
            return Wire.OnnxTensor(
                dims: [Int64(integers.count)], dataType: TensorElementType.int64.rawValue, int64Data: integers)
        }
        if let floats = attribute("value_floats")?.floats {
            return Wire.OnnxTensor(
                dims: [Int64(floats.count)], dataType: TensorElementType.float.rawValue, floatData: floats)
        }
        throw unsupported("a value that is neither a tensor nor numbers")
    }
}
