import Model

// MARK: - Layers of networks

extension OnnxOperators {
    static let layers: [String: Rule] = [
        "MatMul": pair("matmul"), "Gemm": product,
        "Einsum": { script, operation in
            let parts = try operation.operands.map { try script.operand(operation, $0) }
            let equation = operation.text("equation", default: "").filter {
                $0.isASCII && $0 != "\"" && $0 != "\\" && $0 != "\n"
            }
            return ["torch.einsum(\"\(equation)\", [\(parts.joined(separator: ", "))])"]
        },
        "Conv": { script, operation in try convolution(&script, operation, isTransposed: false) },
        "ConvTranspose": { script, operation in try convolution(&script, operation, isTransposed: true) },
        "MaxPool": maximum, "AveragePool": average,
        "GlobalAveragePool": { script, operation in
            let x = try script.operand(operation, 0)
            return ["torch.mean(\(x), list(range(2, \(x).dim())), True)"]
        },
        "GlobalMaxPool": { script, operation in
            let x = try script.operand(operation, 0)
            return ["torch.amax(\(x), list(range(2, \(x).dim())), True)"]
        },
        "BatchNormalization": { script, operation in
            guard !operation.flag("training_mode") else { throw operation.unsupported("training_mode") }
            let all = try (0...4).map { try script.operand(operation, $0) }.joined(separator: ", ")
            return ["torch.batch_norm(\(all), False, 0.0, \(epsilon(operation)), False)"]
        },
        "InstanceNormalization": { script, operation in
            let all = try (0...2).map { try script.operand(operation, $0) }.joined(separator: ", ")
            return ["torch.instance_norm(\(all), None, None, True, 0.0, \(epsilon(operation)), False)"]
        },
        "LayerNormalization": { script, operation in
            let (x, scale) = (try script.operand(operation, 0), try script.operand(operation, 1))
            let shape = "\(x).size()[\(operation.integer("axis", default: -1)):]"
            let bias = try script.optional(operation, 2).map { " + \($0)" } ?? ""
            return ["torch.layer_norm(\(x), \(shape), None, None, \(epsilon(operation))) * \(scale)\(bias)"]
        },
        "RMSNormalization": { script, operation in
            let (x, scale) = (try script.operand(operation, 0), try script.operand(operation, 1))
            let axis = operation.integer("axis", default: -1)
            let dims = "list(range(\(axis), \(axis < 0 ? "0" : "\(x).dim()")))"
            let square = "torch.mean(\(x) * \(x), \(dims), True)"
            return ["\(x) * torch.rsqrt(\(square) + \(epsilon(operation))) * \(scale)"]
        },
        "GroupNormalization": { script, operation in
            let all = try (0...2).map { try script.operand(operation, $0) }
            let groups = operation.integer("num_groups", default: 1)
            return [script.call("group_norm", all[0], all[1], all[2], "\(groups)", epsilon(operation))]
        },
        "LpNormalization": expression { x, operation in
            let (axis, p) = (operation.integer("axis", default: -1), operation.integer("p", default: 2))
            return "\(x) / torch.clamp_min(torch.norm(\(x), \(p).0, [\(axis)], True), 1e-12)"
        },
        "LRN": { script, operation in
            let settings = [
                operation.number("alpha", default: 0.0001), operation.number("beta", default: 0.75),
                operation.number("bias", default: 1),
            ].map(number)
            return [
                script.call(
                    "response_norm", try script.operand(operation, 0), "\(operation.integer("size", default: 1))",
                    settings[0], settings[1], settings[2])
            ]
        },
        "Softmax": softmax("softmax"), "LogSoftmax": softmax("log_softmax"),
    ]

    private static func epsilon(_ operation: OnnxOperation) -> String {
        number(operation.number("epsilon", default: 1e-5))
    }

    private static let product: Rule = { script, operation in
        var one = try script.operand(operation, 0)
        var other = try script.operand(operation, 1)
        if operation.flag("transA") { one += ".t()" }
        if operation.flag("transB") { other += ".t()" }
        var result = "torch.matmul(\(one), \(other))"
        let (alpha, beta) = (operation.number("alpha", default: 1), operation.number("beta", default: 1))
        if alpha != 1 { result += " * \(number(alpha))" }
        if let bias = try script.optional(operation, 2) {
            result += beta == 1 ? " + \(bias)" : " + \(bias) * \(number(beta))"
        }
        return [result]
    }

    private static func softmax(_ function: String) -> Rule {
        { script, operation in
            let x = try script.operand(operation, 0)
            if script.version >= 13 { return ["torch.\(function)(\(x), \(operation.integer("axis", default: -1)))"] }
            let flat = script.call("flat", x, "\(operation.integer("axis", default: 1))")
            return ["torch.\(function)(\(flat), 1).reshape(\(x).size())"]
        }
    }

    // MARK: Windows

    /// The settings that all operators with sliding windows share.
    struct Window {
        let kernel, strides, dilations: [Int]
        /// Padding at the beginning and the end of each dimension.
        var before, after: [Int]
        /// `SAME_UPPER` and `SAME_LOWER` depend on the size of the input.
        let same: String?

        init(_ operation: OnnxOperation, kernel: [Int]) throws {
            self.kernel = kernel
            let ones = kernel.map { _ in 1 }
            strides = operation.integers("strides") ?? ones
            dilations = operation.integers("dilations") ?? ones
            let pads = operation.integers("pads") ?? kernel.map { _ in 0 } + kernel.map { _ in 0 }
            guard !kernel.isEmpty, strides.count == kernel.count, dilations.count == kernel.count,
                pads.count == 2 * kernel.count
            else { throw operation.unsupported("settings of different lengths") }
            before = Array(pads.prefix(kernel.count))
            after = Array(pads.suffix(kernel.count))
            let automatic = operation.text("auto_pad", default: "NOTSET")
            same = automatic.hasPrefix("SAME") ? automatic : nil
            if automatic != "NOTSET" {
                before = kernel.map { _ in 0 }
                after = before
            }
        }

        /// Whether both ends get the same padding, which libtorch can apply itself.
        var isEven: Bool { same == nil && before == after }

        /// The input, padded at its ends.
        func padded(_ x: String, _ value: String, _ script: inout OnnxTranslator) -> String {
            guard let same else {
                // libtorch starts with the last dimension.
                let amounts = zip(before, after).reversed().flatMap { [$0, $1] }
                return script.assign("torch.constant_pad_nd(\(x), \(OnnxTranslator.list(amounts)), \(value))")
            }
            let lists = [kernel, strides, dilations].map(OnnxTranslator.list)
            return script.assign(
                script.call("same", x, lists[0], lists[1], lists[2], truth(same == "SAME_UPPER"), value))
        }
    }

    /// The size of a convolution's kernel.
    private static func kernel(_ script: OnnxTranslator, _ operation: OnnxOperation) throws -> [Int] {
        if let kernel = operation.integers("kernel_shape") { return kernel }
        guard let weight = script.constant(operation, 1), weight.shape.count > 2 else {
            throw operation.unsupported("a computed weight and no kernel_shape")
        }
        return Array(weight.shape.dropFirst(2))
    }

    static func convolution(
        _ script: inout OnnxTranslator, _ operation: OnnxOperation, isTransposed: Bool
    ) throws -> [String] {
        var window = try Window(operation, kernel: kernel(script, operation))
        var x = try script.operand(operation, 0)
        let zeros = OnnxTranslator.list(window.kernel.map { _ in 0 })
        var crop: String?
        if isTransposed {
            guard window.same == nil, !operation.has("output_shape") else {
                throw operation.unsupported("auto_pad or output_shape")
            }
            if !window.isEven {
                crop = OnnxTranslator.list(zip(window.before, window.after).reversed().flatMap { [-$0, -$1] })
                window.before = window.kernel.map { _ in 0 }
            }
        } else if !window.isEven {
            x = window.padded(x, "0.0", &script)
            window.before = window.kernel.map { _ in 0 }
        }
        let bias = try script.optional(operation, 2) ?? "None"
        let more = operation.integers("output_padding").map(OnnxTranslator.list) ?? zeros
        let lists = [window.strides, window.before, window.dilations].map(OnnxTranslator.list).joined(separator: ", ")
        let result =
            "torch.convolution(\(x), \(try script.operand(operation, 1)), \(bias), \(lists), \(truth(isTransposed)), "
            + "\(more),"
            + " \(operation.integer("group", default: 1)))"
        return [crop.map { "torch.constant_pad_nd(\(result), \($0))" } ?? result]
    }

    private static func pooled(_ operation: OnnxOperation) throws -> Window {
        guard let kernel = operation.integers("kernel_shape"), (1...3).contains(kernel.count) else {
            throw operation.unsupported("a kernel of other than one to three dimensions")
        }
        return try Window(operation, kernel: kernel)
    }

    private static let maximum: Rule = { script, operation in
        var window = try pooled(operation)
        var x = try script.operand(operation, 0)
        // libtorch accepts padding of at most half a kernel.
        if !window.isEven || zip(window.before, window.kernel).contains(where: { 2 * $0 > $1 }) {
            x = window.padded(x, number(-.greatestFiniteMagnitude), &script)
            window.before = window.kernel.map { _ in 0 }
        }
        let lists = [window.kernel, window.strides, window.before, window.dilations].map(OnnxTranslator.list)
        let ceiling = truth(operation.flag("ceil_mode"))
        return ["torch.max_pool\(window.kernel.count)d(\(x), \(lists.joined(separator: ", ")), \(ceiling))"]
    }

    private static let average: Rule = { script, operation in
        var window = try pooled(operation)
        guard window.dilations.allSatisfy({ $0 == 1 }) else { throw operation.unsupported("dilations") }
        let x = try script.operand(operation, 0)
        let counts = operation.flag("count_include_pad")
        let ceiling = truth(operation.flag("ceil_mode"))
        func pool(_ x: String, _ before: [Int]) -> String {
            let lists = [window.kernel, window.strides, before].map(OnnxTranslator.list).joined(separator: ", ")
            return "torch.avg_pool\(window.kernel.count)d(\(x), \(lists), \(ceiling), \(truth(counts)))"
        }
        if window.isEven, !zip(window.before, window.kernel).contains(where: { 2 * $0 > $1 }) {
            return [pool(x, window.before)]
        }
        let none = window.kernel.map { _ in 0 }
        let sums = pool(window.padded(x, "0.0", &script), none)
        // The mean without padding is the mean with zeros, divided by the share that is not padding.
        return counts
            ? [sums] : ["\(sums) / \(pool(window.padded("torch.ones_like(\(x))", "0.0", &script), none))"]
    }
}
