/// The settings of a recurrent layer.
public struct Recurrent: Hashable, Sendable {
    /// The kind of memory cell.
    public enum Cell: String, Hashable, Sendable, Codable, CaseIterable {
        /// Gated recurrent unit (Cho et al. 2014).
        case gru
        /// Long short-term memory (Hochreiter and Schmidhuber 1997).
        case lstm
    }

    /// The kind of memory cell.
    public var cell: Cell
    /// Size of its state.
    public var features: Int
    /// Whether the sequence is also read backward, which doubles the output.
    public var isBidirectional: Bool

    /// Makes the settings.
    public init(_ cell: Cell, features: Int, isBidirectional: Bool = false) {
        self.cell = cell
        self.features = features
        self.isBidirectional = isBidirectional
    }
}

struct RecurrentRules: LayerRules {
    static let kind = "recurrent"
    let settings: Recurrent

    init(settings: Recurrent) { self.settings = settings }

    init(_ fields: inout LayerFields) throws {
        settings = Recurrent(
            try fields.read("cell"), features: try fields.read("features"),
            isBidirectional: try fields.read("bidirectional", default: false))
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try fields.write("cell", settings.cell)
        try fields.write("features", settings.features)
        try fields.write("bidirectional", settings.isBidirectional)
    }

    var operation: Layer.Operation { .recurrent(settings) }
    var summary: String {
        "\(settings.isBidirectional ? "bidirectional " : "")\(settings.cell.rawValue.uppercased()) → "
            + "\(settings.features)"
    }
    var role: Layer.Role { .linear }

    /// The gates as rows of the matrices: PyTorch's order is reset, update, new, and input, forget, cell, output.
    private var gates: Int { settings.cell == .gru ? 3 : 4 }
    private var directions: [String] { settings.isBidirectional ? ["", "_reverse"] : [""] }

    private func names(_ direction: String) -> [String] {
        ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"].map { $0 + direction }
    }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.sequence(inputs)
        try LayerFault.check(settings.features, "features")
        return [shape[0], settings.features * directions.count]
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        let state = settings.features, rows = gates * state
        let shapes = [[rows, inputs[0][1]], [rows, state], [rows], [rows]]
        return directions.flatMap { direction in
            zip(names(direction), shapes).map {
                TensorPlan($0, $1, .uniform(bound: 1 / Float(state).squareRoot()))
            }
        }
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double {
        tensors(from: inputs).filter { $0.shape.count > 1 }.reduce(0) { $0 + $1.elementCount } * Double(output[0])
    }

    // MARK: TorchScript

    func script(_ scope: inout ScriptScope) -> String {
        guard scope.values.count > 1 else {
            return run(scope.value, directions.flatMap(names), isBidirectional: settings.isBidirectional, &scope)
        }
        let length = scope.shape[0], tokens = scope.values[1]
        let places = scope.keep("torch.arange(\(length), device=\(tokens).device)")
        // Up to the last token that is present.
        let ends = "torch.mul(torch.ne(\(tokens), 0), torch.add(\(places), 1))"
        let count = scope.keep("torch.unsqueeze(torch.amax(\(ends), [1]), 1)")
        let isThere = scope.keep("torch.lt(\(places), \(count))")
        var results = [run(scope.value, names(""), isBidirectional: false, &scope)]
        if settings.isBidirectional {
            // Each sequence is reversed within its own length, so that padding stays at the end.
            let turned = "torch.sub(torch.sub(\(count), 1), \(places))"
            let order = scope.keep(
                "torch.unsqueeze(torch.where(\(isThere), \(turned), torch.add(\(places), torch.mul(\(count), 0))), 2)")
            let backwards = scope.keep(
                "torch.gather(\(scope.value), 1, \(order).expand([-1, -1, \(scope.shape[1])]))")
            let result = run(backwards, names("_reverse"), isBidirectional: false, &scope)
            results.append(
                scope.keep("torch.gather(\(result), 1, \(order).expand([-1, -1, \(settings.features)]))"))
        }
        return "torch.mul(torch.cat([\(results.joined(separator: ", "))], 2), torch.unsqueeze(\(isThere), 2))"
    }

    private func run(
        _ value: String, _ names: [String], isBidirectional: Bool, _ scope: inout ScriptScope
    ) -> String {
        let count = isBidirectional ? 2 : 1
        let state = scope.keep(
            "torch.zeros([\(count), \(value).size(0), \(settings.features)], dtype=\(value).dtype, "
                + "device=\(value).device)"
        )
        let weights = names.map(scope.tensor).joined(separator: ", ")
        let start = settings.cell == .gru ? state : "[\(state), \(state)]"
        return scope.keep(
            "torch.\(settings.cell.rawValue)(\(value), \(start), [\(weights)], True, 1, 0.0, self.training, "
                + "\(isBidirectional ? "True" : "False"), True)[0]")
    }

    // MARK: ONNX

    func addNodes(to scope: inout OnnxScope) {
        let length = scope.shape[0], state = settings.features
        // ONNX's order is update, reset, hidden, and input, output, forget, cell.
        let gates = settings.cell == .gru ? [1, 0, 2] : [0, 3, 1, 2]
        let order = scope.integers(gates.flatMap { gate in (0..<state).map { gate * state + $0 } })
        func ordered(_ name: String, _ scope: inout OnnxScope) -> String {
            scope.node("Gather", [scope.tensor(name), order], ["axis": .integer(0)])
        }
        func stacked(_ parts: [String], _ scope: inout OnnxScope) -> String {
            let rows = parts.map { scope.node("Unsqueeze", [$0, scope.integers([0])]) }
            return rows.count == 1 ? rows[0] : scope.node("Concat", rows, ["axis": .integer(0)])
        }
        var inner: [String] = [], outer: [String] = [], biases: [String] = []
        for direction in directions {
            let parts = names(direction).map { ordered($0, &scope) }
            outer.append(parts[0])
            inner.append(parts[1])
            biases.append(scope.node("Concat", [parts[2], parts[3]], ["axis": .integer(0)]))
        }
        let steps = scope.node("Transpose", [scope.value], ["perm": .integers([1, 0, 2])])
        var inputs = [steps, stacked(outer, &scope), stacked(inner, &scope), stacked(biases, &scope)]
        if let mask = scope.mask() {
            let ends = scope.constant([length], .numbers((1...length).map(Float.init)))
            let last = scope.node(
                "ReduceMax", [scope.node("Mul", [mask, ends])], ["axes": .integers([1]), "keepdims": .integer(0)])
            inputs.append(scope.node("Cast", [last], ["to": .integer(6)]))
        }
        let direction = OnnxGraph.Attribute.text(settings.isBidirectional ? "bidirectional" : "forward")
        let result =
            settings.cell == .gru
            ? scope.node(
                "GRU", inputs,
                ["hidden_size": .integer(state), "direction": direction, "linear_before_reset": .integer(1)])
            : scope.node("LSTM", inputs, ["hidden_size": .integer(state), "direction": direction])
        let samples = scope.node("Transpose", [result], ["perm": .integers([2, 0, 1, 3])])
        scope.finish("Reshape", [samples, scope.batched(scope.output)])
    }
}
