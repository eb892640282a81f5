import Model
import Safetensors
import Schema

/// Writes the TorchScript of a graph, operator by operator.
///
/// Every value becomes a variable. The shapes of values are read at run time, so that any batch size works.
struct OnnxTranslator {
    /// Version of the standard operators.
    let version: Int
    private(set) var tensors: [Tensor] = []
    private(set) var trained: Set<String> = []

    private enum Value {
        case variable(String)
        case constant(OnnxConstant)
    }

    private var values: [String: Value] = [:]
    private var lines: [String] = []
    private var indentation = 1
    private var variables = 0
    private var helpers: Set<String> = []

    /// Maximum nesting depth of graphs.
    private static let deepest = 8

    init(version: Int) { self.version = version }

    // MARK: - Graphs

    /// The methods of a whole network.
    mutating func forward(_ graph: Wire.OnnxGraph) throws -> String {
        let missing = try Self.missing(graph, depth: 0)
        guard missing.isEmpty else {
            throw Failure(
                .invalidArgument,
                "the operator\(missing.count == 1 ? "" : "s") \(missing.joined(separator: ", "))"
                    + " \(missing.count == 1 ? "is" : "are") not supported")
        }
        guard graph.sparseInitializer.isEmpty else { throw Failure(.invalidArgument, "it has sparse weights") }
        let weights = Set(graph.initializer.map(\.name))
        var parameters: [String] = []
        for input in graph.input where !weights.contains(input.name) {
            let name = Self.identifier(input.name, "input\(parameters.count)", avoiding: parameters)
            parameters.append(name)
            values[input.name] = .variable(name)
            let type = (input.type?.tensorType?.elemType).flatMap(TensorElementType.init)?.torchType
            guard let type else {
                throw Failure(.invalidArgument, "input '\(input.name)' has elements of an unknown type")
            }
            emit("\(name) = \(name).to(\(type.torchNumber))")
        }
        try body(graph)
        let outputs = try graph.output.map { try expression($0.name) }
        let result = outputs.count == 1 ? "Tensor" : "Tuple[\(outputs.map { _ in "Tensor" }.joined(separator: ", "))]"
        emit("return \(outputs.joined(separator: ", "))")
        let arguments = parameters.map { ", \($0): Tensor" }.joined()
        return OnnxHelpers.source(of: helpers) + "def forward(self\(arguments)) -> \(result):\n"
            + lines.joined(separator: "\n") + "\n"
    }

    /// A name that is valid in TorchScript.
    private static func identifier(_ name: String, _ other: String, avoiding taken: [String]) -> String {
        let isPlain =
            name.first?.isLetter == true && name.utf8.allSatisfy { $0 < 128 }
            && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
        let isFree =
            !taken.contains(name) && !reserved.contains(name) && !(name.first == "v" && Int(name.dropFirst()) != nil)
        return isPlain && isFree ? name : other
    }

    /// Words that are not valid as names in TorchScript, or have another meaning there.
    private static let reserved: Set = [
        "self", "torch", "and", "as", "assert", "break", "class", "continue", "def", "del", "elif", "else", "except",
        "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass",
        "raise",
        "return", "try", "while", "with", "yield", "len", "range", "int", "float", "bool", "max", "min", "print",
        "None",
        "True", "False", "Tensor", "List",
    ]

    private mutating func body(_ graph: Wire.OnnxGraph) throws {
        for tensor in graph.initializer { values[tensor.name] = .constant(try OnnxConstant(tensor)) }
        for node in graph.node { try add(OnnxOperation(node: node)) }
    }

    private static func missing(_ graph: Wire.OnnxGraph, depth: Int) throws -> [String] {
        guard depth <= deepest else { throw Failure(.invalidArgument, "graphs are nested deeper than \(deepest)") }
        var missing: Set<String> = []
        for node in graph.node {
            let isStandard = ["", "ai.onnx"].contains(node.domain)
            if isStandard, node.opType == "If" {
                let operation = OnnxOperation(node: node)
                for branch in ["then_branch", "else_branch"] {
                    missing.formUnion(try Self.missing(operation.graph(branch), depth: depth + 1))
                }
            } else if !isStandard || (node.opType != "Constant" && OnnxOperators.rules[node.opType] == nil) {
                missing.insert(isStandard ? node.opType : "\(node.domain).\(node.opType)")
            }
        }
        return missing.sorted()
    }

    // MARK: - Nodes

    private mutating func add(_ operation: OnnxOperation) throws {
        if operation.kind == "Constant" {
            values[operation.node.output[0]] = .constant(try OnnxConstant(operation.constant()))
            return
        }
        if operation.kind == "If" { return try branch(operation) }
        guard let rule = OnnxOperators.rules[operation.kind] else { throw operation.unsupported("any setting") }
        let results = try rule(&self, operation)
        try operation.requireOutputs(results.count)
        for (name, result) in zip(operation.node.output, results) where !name.isEmpty {
            values[name] = .variable(assign(result))
        }
    }

    private mutating func branch(_ operation: OnnxOperation) throws {
        let results = operation.node.output.map { _ in variable() }
        let outer = values
        emit("if bool(\(try operand(operation, 0)).reshape([-1])[0]):")
        for (number, name) in ["then_branch", "else_branch"].enumerated() {
            if number == 1 { emit("else:") }
            indentation += 1
            let graph = try operation.graph(name)
            try body(graph)
            guard graph.output.count == results.count else {
                throw operation.unsupported("branches with different outputs")
            }
            for (result, output) in zip(results, graph.output) { emit("\(result) = \(try expression(output.name))") }
            indentation -= 1
            values = outer
        }
        for (name, result) in zip(operation.node.output, results) { values[name] = .variable(result) }
    }

    // MARK: - What operators use

    /// Writes a line.
    mutating func emit(_ line: String) {
        lines.append(String(repeating: "    ", count: indentation) + line)
    }

    /// A new variable.
    mutating func variable() -> String {
        variables += 1
        return "v\(variables)"
    }

    /// Gives an expression a name.
    mutating func assign(_ expression: String) -> String {
        let name = variable()
        emit("\(name) = \(expression)")
        return name
    }

    /// The call of a helper method.
    mutating func call(_ helper: String, _ arguments: String...) -> String {
        helpers.insert(helper)
        return "self.op_\(helper)(\(arguments.joined(separator: ", ")))"
    }

    /// The expression of an operator's input at an index.
    mutating func operand(_ operation: OnnxOperation, _ place: Int) throws -> String {
        guard let found = try optional(operation, place) else {
            throw operation.unsupported("fewer than \(place + 1) inputs")
        }
        return found
    }

    /// The expression of an operator's input at an index; nil if it is left out.
    mutating func optional(_ operation: OnnxOperation, _ place: Int) throws -> String? {
        guard let name = operation.input(place) else { return nil }
        return try expression(name, isTrained: Self.isTrained(operation, place))
    }

    /// The numbers of an operator's input at an index, if they are constant; nil if they are computed.
    func constant(_ operation: OnnxOperation, _ place: Int) -> OnnxConstant? {
        guard let name = operation.input(place), case .constant(let constant)? = values[name] else { return nil }
        return constant
    }

    /// A list of integers from an operator's input at an index, written as a literal if it is constant.
    mutating func list(_ operation: OnnxOperation, _ place: Int) throws -> String {
        if let known = constant(operation, place)?.integers { return Self.list(known) }
        return call("ints", try operand(operation, place))
    }

    /// A list of integers.
    static func list(_ integers: [Int]) -> String {
        // Some writers use the largest number for the end.
        "[\(integers.map { "\(min(max($0, -(1 << 62)), 1 << 62))" }.joined(separator: ", "))]"
    }

    /// A number in TorchScript syntax, always with a decimal point.
    static func number(_ value: Float) -> String {
        guard value.isFinite else {
            return value.isNaN ? "float(\"nan\")" : value < 0 ? "float(\"-inf\")" : "float(\"inf\")"
        }
        let text = "\(Double(value))"
        return text.contains(".") || text.contains("e") ? text : text + ".0"
    }

    private mutating func expression(_ name: String, isTrained: Bool = false) throws -> String {
        switch values[name] {
        case .variable(let variable): return variable
        case .constant(let constant):
            if let known = constant.expression { return known }
            let stored =
                "w\(tensors.count)_"
                + String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }.suffix(80))
            tensors.append(try Tensor(stored, constant.type, shape: constant.shape, bytes: constant.bytes))
            if isTrained, constant.type == .float32, constant.count > 1 { trained.insert(stored) }
            constant.expression = "self.\(stored)"
            return "self.\(stored)"
        case nil: throw Failure(.corrupt, "nothing produces '\(name.prefix(200))'")
        }
    }

    /// Whether an operator's input at an index holds weights rather than constants of a formula.
    private static func isTrained(_ operation: OnnxOperation, _ place: Int) -> Bool {
        switch operation.kind {
        case "Add", "MatMul", "Mul", "Gather", "Gemm": true
        case "BatchNormalization": (1...2).contains(place)
        default: layers.contains(operation.kind) && place > 0
        }
    }

    private static let layers: Set = [
        "Conv", "ConvTranspose", "GRU", "GroupNormalization", "InstanceNormalization", "LSTM", "LayerNormalization",
        "PRelu",
        "RMSNormalization", "RNN",
    ]
}
