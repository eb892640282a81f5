import Model

/// How each ONNX operator is written in TorchScript.
enum OnnxOperators {
    /// Returns the expressions of an operator's outputs; emits any statements that they need first.
    typealias Rule = @Sendable (inout OnnxTranslator, OnnxOperation) throws -> [String]

    /// The rules by the names of operators.
    static let rules: [String: Rule] = [elementwise, shaping, selecting, reductions, layers, recurrent, quantized]
        .reduce(into: [:]) { $0.merge($1) { _, later in later } }

    /// A function of one tensor.
    static func function(_ name: String) -> Rule {
        { script, operation in ["torch.\(name)(\(try script.operand(operation, 0)))"] }
    }

    /// A function of two tensors.
    static func pair(_ name: String) -> Rule {
        { script, operation in
            ["torch.\(name)(\(try script.operand(operation, 0)), \(try script.operand(operation, 1)))"]
        }
    }

    /// An expression of one tensor, `x`.
    static func expression(_ make: @escaping @Sendable (String, OnnxOperation) -> String) -> Rule {
        { script, operation in [make(try script.operand(operation, 0), operation)] }
    }

    /// A function of any number of tensors, applied pairwise.
    static func folded(_ join: @escaping @Sendable (String, String) -> String) -> Rule {
        { script, operation in
            var result = try script.operand(operation, 0)
            for place in operation.operands.dropFirst() {
                result = join(result, try script.operand(operation, place))
            }
            return [result]
        }
    }

    static func number(_ value: Float) -> String { OnnxTranslator.number(value) }

    /// A Boolean in TorchScript syntax.
    static func truth(_ value: Bool) -> String { value ? "True" : "False" }
}

// MARK: - Element by element

extension OnnxOperators {
    static let elementwise: [String: Rule] = functions.merging(formulas) { $1 }

    private static let functions: [String: Rule] = [
        "Abs": function("abs"), "Acos": function("acos"), "Acosh": function("acosh"), "And": pair("logical_and"),
        "Asin": function("asin"), "Asinh": function("asinh"), "Atan": function("atan"), "Atanh": function("atanh"),
        "Ceil": function("ceil"), "Cos": function("cos"), "Cosh": function("cosh"), "Equal": pair("eq"),
        "Erf": function("erf"), "Exp": function("exp"), "Floor": function("floor"), "Greater": pair("gt"),
        "GreaterOrEqual": pair("ge"), "IsNaN": function("isnan"), "Less": pair("lt"),
        "LessOrEqual": pair("le"), "Log": function("log"), "Mish": function("mish"), "Neg": function("neg"),
        "Not": function("logical_not"), "Or": pair("logical_or"), "Reciprocal": function("reciprocal"),
        "Relu": function("relu"), "Round": function("round"), "Sigmoid": function("sigmoid"), "Sign": function("sign"),
        "Sin": function("sin"), "Sinh": function("sinh"), "Softplus": function("softplus"), "Sqrt": function("sqrt"),
        "Tan": function("tan"), "Tanh": function("tanh"), "Xor": pair("logical_xor"),
    ]

    private static let formulas: [String: Rule] = [
        "Add": folded { "\($0) + \($1)" }, "Sub": folded { "\($0) - \($1)" }, "Mul": folded { "\($0) * \($1)" },
        "Max": folded { "torch.maximum(\($0), \($1))" }, "Min": folded { "torch.minimum(\($0), \($1))" },
        "Sum": folded { "(\($0) + \($1))" },
        "Mean": { script, operation in
            let sum = script.assign(try folded { "(\($0) + \($1))" }(&script, operation)[0])
            return ["\(sum) / \(operation.operands.count)"]
        },
        "Div": { script, operation in
            [script.call("divide", try script.operand(operation, 0), try script.operand(operation, 1))]
        },
        "Pow": { script, operation in
            let base = try script.operand(operation, 0)
            return ["torch.pow(\(base), \(try script.operand(operation, 1))).to(\(base).dtype)"]
        },
        "Mod": { script, operation in
            let function = operation.flag("fmod") ? "fmod" : "remainder"
            return ["torch.\(function)(\(try script.operand(operation, 0)), \(try script.operand(operation, 1)))"]
        },
        "Where": { script, operation in
            let (one, other) = (try script.operand(operation, 1), try script.operand(operation, 2))
            return ["torch.where(\(try script.operand(operation, 0)), \(one), \(other))"]
        },
        "Identity": expression { x, _ in x },
        "Dropout": { script, operation in
            let isTraining = operation.input(2).map { _ in script.constant(operation, 2)?.bytes.first != 0 } ?? false
            guard !isTraining else { throw operation.unsupported("training_mode") }
            return [try script.operand(operation, 0)]
        },
        "IsInf": expression { x, operation in
            switch (operation.flag("detect_negative", default: true), operation.flag("detect_positive", default: true))
            {
            case (true, true): "torch.isinf(\(x))"
            case (let isNegative, _): "torch.eq(\(x), float(\"\(isNegative ? "-" : "")inf\"))"
            }
        },
        "Softsign": expression { x, _ in "\(x) / (1.0 + torch.abs(\(x)))" },
        "LeakyRelu": expression { "torch.leaky_relu(\($0), \(number($1.number("alpha", default: 0.01))))" },
        "Elu": expression { "torch.elu(\($0), \(number($1.number("alpha", default: 1))))" },
        "Celu": expression { "torch.celu(\($0), \(number($1.number("alpha", default: 1))))" },
        "Selu": expression { x, operation in
            let (alpha, gamma) = (
                operation.number("alpha", default: 1.673_263_2), operation.number("gamma", default: 1.050_701)
            )
            return "torch.elu(\(x), \(number(alpha)), \(number(gamma)))"
        },
        "HardSigmoid": expression { x, operation in
            let (alpha, beta) = (operation.number("alpha", default: 0.2), operation.number("beta", default: 0.5))
            return "torch.clamp(\(x) * \(number(alpha)) + \(number(beta)), 0.0, 1.0)"
        },
        "HardSwish": expression { x, _ in "\(x) * torch.clamp(\(x) / 6.0 + 0.5, 0.0, 1.0)" },
        "Swish": expression { "\($0) * torch.sigmoid(\($0) * \(number($1.number("alpha", default: 1))))" },
        "ThresholdedRelu": expression { x, operation in
            "torch.where(\(x) > \(number(operation.number("alpha", default: 1))), \(x), torch.zeros_like(\(x)))"
        },
        "Gelu": expression {
            "torch.gelu(\($0), approximate=\"\($1.text("approximate", default: "none") == "tanh" ? "tanh" : "none")\")"
        },
        "PRelu": { script, operation in
            let x = try script.operand(operation, 0)
            return ["torch.where(\(x) >= 0, \(x), \(x) * \(try script.operand(operation, 1)))"]
        },
        "Clip": clip,
        "Cast": { script, operation in
            let wanted = operation.integer("to", default: 0)
            guard let type = TensorElementType(rawValue: Int32(clamping: wanted))?.torchType else {
                throw operation.unsupported("the type \(wanted)")
            }
            return ["\(try script.operand(operation, 0)).to(\(type.torchNumber))"]
        },
        "CastLike": { script, operation in
            ["\(try script.operand(operation, 0)).to(\(try script.operand(operation, 1)).dtype)"]
        },
    ]

    private static let clip: Rule = { script, operation in
        let x = try script.operand(operation, 0)
        if script.version < 11 {
            let (low, high) = (
                operation.number("min", default: -.greatestFiniteMagnitude),
                operation.number("max", default: .greatestFiniteMagnitude)
            )
            return ["torch.clamp(\(x), \(number(low)), \(number(high)))"]
        }
        let known = (1...2).map { operation.input($0) == nil ? [] : script.constant(operation, $0)?.floats ?? nil }
        if known.allSatisfy({ $0 != nil }) {
            let bounds = known.map { $0?.first.map(number) ?? "None" }
            return bounds == ["None", "None"] ? [x] : ["torch.clamp(\(x), \(bounds[0]), \(bounds[1]))"]
        }
        var result = x
        if let low = try script.optional(operation, 1) { result = "torch.maximum(\(result), \(low))" }
        if let high = try script.optional(operation, 2) { result = "torch.minimum(\(result), \(high))" }
        return [result]
    }
}
