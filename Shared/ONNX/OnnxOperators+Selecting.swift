import Model

// MARK: - Parts of tensors

extension OnnxOperators {
    static let selecting: [String: Rule] = [
        "Slice": { script, operation in
            let x = try script.operand(operation, 0)
            if let starts = operation.integers("starts"), let ends = operation.integers("ends") {
                let axes = operation.integers("axes") ?? Array(starts.indices)
                let lists = [starts, ends, axes, starts.map { _ in 1 }].map(OnnxTranslator.list)
                return [script.call("slice", x, lists[0], lists[1], lists[2], lists[3])]
            }
            let (starts, ends) = (try script.list(operation, 1), try script.list(operation, 2))
            let axes = operation.input(3) == nil ? "list(range(len(\(starts))))" : try script.list(operation, 3)
            let steps = operation.input(4) == nil ? "[1 for i in range(len(\(starts)))]" : try script.list(operation, 4)
            return [script.call("slice", x, starts, ends, axes, steps)]
        },
        "Gather": { script, operation in
            let (x, indices) = (try script.operand(operation, 0), try script.operand(operation, 1))
            return [script.call("gather", x, indices, "\(operation.integer("axis", default: 0))")]
        },
        "GatherElements": { script, operation in
            let (x, axis) = (try script.operand(operation, 0), operation.integer("axis", default: 0))
            let indices = script.call("wrap", try script.operand(operation, 1), "\(x).size(\(axis))")
            return ["torch.gather(\(x), \(axis), \(indices))"]
        },
        "GatherND": { script, operation in
            guard operation.integer("batch_dims", default: 0) == 0 else { throw operation.unsupported("batch_dims") }
            return [script.call("gather_nd", try script.operand(operation, 0), try script.operand(operation, 1))]
        },
        "ScatterND": { script, operation in
            let reduction = operation.text("reduction", default: "none")
            guard ["none", "add"].contains(reduction) else { throw operation.unsupported("reduction \(reduction)") }
            let parts = try (0...2).map { try script.operand(operation, $0) }
            return [script.call("scatter_nd", parts[0], parts[1], parts[2], truth(reduction == "add"))]
        },
        "ScatterElements": scatter, "Scatter": scatter,
        "OneHot": { script, operation in
            let parts = try (0...2).map { try script.operand(operation, $0) }
            return [script.call("one_hot", parts[0], parts[1], parts[2], "\(operation.integer("axis", default: -1))")]
        },
        "NonZero": expression { x, _ in "torch.nonzero(\(x)).t()" },
        "CumSum": { script, operation in
            guard !operation.flag("exclusive"), !operation.flag("reverse") else {
                throw operation.unsupported("exclusive or reverse")
            }
            let axis = try script.list(operation, 1)
            return ["torch.cumsum(\(try script.operand(operation, 0)), \(axis)[0])"]
        },
        "TopK": { script, operation in
            let x = try script.operand(operation, 0)
            let count =
                script.version < 10 ? "\(operation.integer("k", default: 1))" : "\(try script.list(operation, 1))[0]"
            let (axis, largest) = (operation.integer("axis", default: -1), operation.flag("largest", default: true))
            // Equal values keep their order.
            let both = script.assign("torch.sort(\(x), stable=True, dim=\(axis), descending=\(truth(largest)))")
            return (0...1).map { "\(both)[\($0)].narrow(\(axis), 0, \(count))" }
        },
        "ArgMax": extreme("argmax"), "ArgMin": extreme("argmin"),
        "Trilu": { script, operation in
            let function = operation.flag("upper", default: true) ? "triu" : "tril"
            let diagonal = operation.input(1) == nil ? "0" : "\(try script.list(operation, 1))[0]"
            return ["torch.\(function)(\(try script.operand(operation, 0)), \(diagonal))"]
        },
    ]

    private static let scatter: Rule = { script, operation in
        let reduction = operation.text("reduction", default: "none")
        guard ["none", "add"].contains(reduction) else { throw operation.unsupported("reduction \(reduction)") }
        let (x, axis) = (try script.operand(operation, 0), operation.integer("axis", default: 0))
        let indices = script.call("wrap", try script.operand(operation, 1), "\(x).size(\(axis))")
        let function = reduction == "add" ? "scatter_add" : "scatter"
        return ["torch.\(function)(\(x), \(axis), \(indices), \(try script.operand(operation, 2)))"]
    }

    private static func extreme(_ function: String) -> Rule {
        { script, operation in
            guard !operation.flag("select_last_index") else { throw operation.unsupported("select_last_index") }
            let x = try script.operand(operation, 0)
            let axis = operation.integer("axis", default: 0)
            return ["torch.\(function)(\(x), \(axis), \(truth(operation.flag("keepdims", default: true))))"]
        }
    }
}

// MARK: - Reductions

extension OnnxOperators {
    static let reductions: [String: Rule] = [
        "ReduceMean": reduction { "torch.mean(\($0), \($1), \($2))" },
        "ReduceSum": reduction { "torch.sum(\($0), \($1), \($2)).to(\($0).dtype)" },
        "ReduceMax": reduction { "torch.amax(\($0), \($1), \($2))" },
        "ReduceMin": reduction { "torch.amin(\($0), \($1), \($2))" },
        "ReduceL1": reduction { "torch.sum(torch.abs(\($0)), \($1), \($2))" },
        "ReduceL2": reduction { "torch.sqrt(torch.sum(\($0) * \($0), \($1), \($2)))" },
        "ReduceLogSum": reduction { "torch.log(torch.sum(\($0), \($1), \($2)))" },
        "ReduceLogSumExp": reduction { "torch.logsumexp(\($0), \($1), \($2))" },
        "ReduceSumSquare": reduction { "torch.sum(\($0) * \($0), \($1), \($2))" },
        "ReduceProd": { script, operation in
            try reduced(&script, operation) { script, x, axes, keeps in script.call("product", x, axes, keeps) }
        },
    ]

    private static func reduction(_ make: @escaping @Sendable (String, String, String) -> String) -> Rule {
        { script, operation in try reduced(&script, operation) { make($1, $2, $3) } }
    }

    private static func reduced(
        _ script: inout OnnxTranslator, _ operation: OnnxOperation,
        _ make: (inout OnnxTranslator, String, String, String) -> String
    ) throws -> [String] {
        let x = try script.operand(operation, 0)
        let axes = try axes(&script, operation, 1) ?? "[]"
        let isKnown = axes.hasPrefix("[") && axes != "[]"
        guard isKnown || !operation.flag("noop_with_empty_axes") else {
            throw operation.unsupported("noop_with_empty_axes")
        }
        let chosen = isKnown ? axes : script.call("dims", x, axes == "[]" ? "[0 for i in range(0)]" : axes)
        return [make(&script, x, chosen, truth(operation.flag("keepdims", default: true)))]
    }
}
