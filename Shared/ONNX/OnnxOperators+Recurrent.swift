import Model

// MARK: - Recurrent layers

extension OnnxOperators {
    static let recurrent: [String: Rule] = [
        "LSTM": { script, operation in try recurrence(&script, operation, "lstm", order: [0, 2, 3, 1], states: 2) },
        "GRU": { script, operation in
            guard operation.flag("linear_before_reset") else { throw operation.unsupported("linear_before_reset = 0") }
            return try recurrence(&script, operation, "gru", order: [1, 0, 2], states: 1)
        },
        "RNN": { script, operation in try recurrence(&script, operation, "rnn_tanh", order: [0], states: 1) },
    ]

    /// - Parameters:
    ///   - order: Position in ONNX of each gate of libtorch.
    ///   - states: Number of tensors kept from step to step.
    private static func recurrence(
        _ script: inout OnnxTranslator, _ operation: OnnxOperation, _ function: String, order: [Int], states: Int
    ) throws -> [String] {
        for setting in ["activations", "activation_alpha", "activation_beta", "clip"] where operation.has(setting) {
            let isUsual = setting == "activations" && hasUsualActivations(operation, function)
            guard isUsual else { throw operation.unsupported(setting) }
        }
        guard !operation.flag("layout"), operation.input(4) == nil, operation.input(7) == nil,
            !operation.flag("input_forget")
        else { throw operation.unsupported("layout, sequence_lens, P or input_forget") }
        let direction = operation.text("direction", default: "forward")
        let directions = direction == "bidirectional" ? 2 : 1
        let size = operation.integer("hidden_size", default: 0)
        var x = try script.operand(operation, 0)
        if direction == "reverse" { x = script.assign("torch.flip(\(x), [0])") }
        let (inner, outer) = (try script.operand(operation, 1), try script.operand(operation, 2))
        let bias = try script.optional(operation, 3)
        var weights: [String] = []
        for number in 0..<directions {
            func reordered(_ tensor: String) -> String {
                let gates = order.map { "\(tensor)[\($0 * size):\(($0 + 1) * size)]" }
                return order.count == 1 ? gates[0] : "torch.cat([\(gates.joined(separator: ", "))])"
            }
            weights += [reordered("\(inner)[\(number)]"), reordered("\(outer)[\(number)]")]
            if let bias {
                let count = order.count * size
                weights += [
                    reordered("\(bias)[\(number)][:\(count)]"), reordered("\(bias)[\(number)][\(count):]"),
                ]
            }
        }
        let none = "torch.zeros([\(directions), \(x).size(1), \(size)])"
        var begin: [String] = []
        for state in 0..<states { begin.append(try script.optional(operation, 5 + state) ?? none) }
        let state = states == 1 ? begin[0] : "[\(begin.joined(separator: ", "))]"
        let result = script.assign(
            "torch.\(function)(\(x), \(state), [\(weights.joined(separator: ", "))], \(truth(bias != nil)), 1, 0.0, "
                + "False, \(truth(directions == 2)), False)")
        let steps = "\(result)[0].reshape([\(x).size(0), \(x).size(1), \(directions), \(size)]).permute([0, 2, 1, 3])"
        return [direction == "reverse" ? "torch.flip(\(steps), [0])" : steps]
            + (0..<states).map { "\(result)[\($0 + 1)]" }
    }

    private static func hasUsualActivations(_ operation: OnnxOperation, _ function: String) -> Bool {
        let usual =
            ["lstm": ["sigmoid", "tanh", "tanh"], "gru": ["sigmoid", "tanh"], "rnn_tanh": ["tanh"]][function] ?? []
        let names = operation.texts("activations")?.map { $0.lowercased() }
        return names == usual || names == usual + usual
    }
}

// MARK: - Quantized networks

extension OnnxOperators {
    static let quantized: [String: Rule] = [
        "DequantizeLinear": { script, operation in
            guard operation.integer("block_size", default: 0) == 0 else { throw operation.unsupported("block_size") }
            let (x, scale) = (try script.operand(operation, 0), try script.operand(operation, 1))
            let zero = try script.optional(operation, 2) ?? "torch.zeros_like(\(scale))"
            return [script.call("dequantize", x, scale, zero, "\(operation.integer("axis", default: 1))")]
        },
        "QuantizeLinear": { script, operation in
            guard operation.integer("block_size", default: 0) == 0 else { throw operation.unsupported("block_size") }
            let (x, scale) = (try script.operand(operation, 0), try script.operand(operation, 1))
            let zero = try script.optional(operation, 2) ?? "torch.zeros_like(\(scale)).to(0)"
            return [script.call("quantize", x, scale, zero, "\(operation.integer("axis", default: 1))")]
        },
        "DynamicQuantizeLinear": { script, operation in
            let all = script.assign(script.call("dynamic_quantize", try script.operand(operation, 0)))
            return ["\(all)[0]", "\(all)[1]", "\(all)[2]"]
        },
        "MatMulInteger": { script, operation in
            // Sums of products of bytes are exact in 64-bit floats.
            var parts: [String] = []
            for place in 0...1 {
                let x = "\(try script.operand(operation, place)).to(7)"
                parts.append(try script.optional(operation, place + 2).map { "(\(x) - \($0).to(7))" } ?? x)
            }
            return ["torch.matmul(\(parts[0]), \(parts[1])).to(3)"]
        },
    ]
}
