import Model

// MARK: - Shapes

extension OnnxOperators {
    static let shaping: [String: Rule] = [
        "Shape": expression { x, operation in
            let end = operation.has("end") ? "\(operation.integer("end", default: 0))" : ""
            return "torch.tensor(\(x).size()[\(operation.integer("start", default: 0)):\(end)], dtype=4)"
        },
        "Size": expression { x, _ in "torch.tensor(\(x).numel())" },
        "Reshape": { script, operation in
            let x = try script.operand(operation, 0)
            if let shape = script.constant(operation, 1)?.integers, !shape.contains(0) {
                return ["\(x).reshape(\(OnnxTranslator.list(shape)))"]
            }
            return [script.call("reshape", x, try script.list(operation, 1), truth(operation.flag("allowzero")))]
        },
        "Flatten": { script, operation in
            [script.call("flat", try script.operand(operation, 0), "\(operation.integer("axis", default: 1))")]
        },
        "Transpose": { script, operation in
            let x = try script.operand(operation, 0)
            guard let order = operation.integers("perm") else { return [script.call("reversed", x)] }
            return ["\(x).permute(\(OnnxTranslator.list(order)))"]
        },
        "Squeeze": { script, operation in
            let x = try script.operand(operation, 0)
            guard let axes = try axes(&script, operation, 1) else { return ["\(x).squeeze()"] }
            return [script.call("squeeze", x, axes)]
        },
        "Unsqueeze": { script, operation in
            let x = try script.operand(operation, 0)
            guard let axes = try axes(&script, operation, 1) else { throw operation.unsupported("no axes") }
            return [script.call("unsqueeze", x, axes)]
        },
        "Concat": { script, operation in
            let parts = try operation.operands.map { try script.operand(operation, $0) }
            return ["torch.cat([\(parts.joined(separator: ", "))], \(operation.integer("axis", default: 0)))"]
        },
        "Split": split,
        "Expand": { script, operation in
            [script.call("expand", try script.operand(operation, 0), try script.list(operation, 1))]
        },
        "Tile": { script, operation in
            ["\(try script.operand(operation, 0)).repeat(\(try script.list(operation, 1)))"]
        },
        "ConstantOfShape": { script, operation in
            let value = try operation.tensor("value").map(OnnxConstant.init)
            let number = value?.integers.map { "\($0.first ?? 0)" } ?? number(value?.floats?.first ?? 0)
            let type = value?.type.torchNumber ?? 6
            guard value == nil || value?.integers != nil || value?.floats != nil else {
                let filled = (value?.bytes.first ?? 0) != 0 ? 1 : 0
                return ["torch.full(\(try script.list(operation, 0)), \(filled), dtype=\(type))"]
            }
            return ["torch.full(\(try script.list(operation, 0)), \(number), dtype=\(type))"]
        },
        "Range": { script, operation in
            let bounds = try (0...2).map { try script.operand(operation, $0) }
            return [script.call("range", bounds[0], bounds[1], bounds[2])]
        },
        "Pad": pad,
        "DepthToSpace": { script, operation in
            let isColumnFirst = operation.text("mode", default: "DCR") == "CRD"
            return [
                script.call(
                    isColumnFirst ? "to_space_crd" : "to_space", try script.operand(operation, 0),
                    "\(operation.integer("blocksize", default: 1))")
            ]
        },
        "SpaceToDepth": { script, operation in
            let (x, block) = (try script.operand(operation, 0), operation.integer("blocksize", default: 1))
            guard operation.text("mode", default: "DCR") == "DCR" else {
                return ["torch.pixel_unshuffle(\(x), \(block))"]
            }
            return [script.call("to_depth", x, "\(block)")]
        },
        "Resize": resize, "Upsample": resize,
    ]

    /// The axes of an operator: an attribute in older versions, an input in newer ones; nil if not given.
    static func axes(
        _ script: inout OnnxTranslator, _ operation: OnnxOperation, _ place: Int
    ) throws -> String? {
        if let axes = operation.integers("axes") { return OnnxTranslator.list(axes) }
        return operation.input(place) == nil ? nil : try script.list(operation, place)
    }

    private static let split: Rule = { script, operation in
        let (x, axis) = (try script.operand(operation, 0), operation.integer("axis", default: 0))
        let count = operation.outputs
        var sizes = operation.integers("split").map(OnnxTranslator.list)
        if sizes == nil, operation.input(1) != nil { sizes = try script.list(operation, 1) }
        let parts = script.assign(
            sizes.map { "torch.split_with_sizes(\(x), \($0), \(axis))" }
                ?? script.call("split", x, "\(operation.integer("num_outputs", default: count))", "\(axis)"))
        return (0..<count).map { "\(parts)[\($0)]" }
    }

    private static let pad: Rule = { script, operation in
        let x = try script.operand(operation, 0)
        let mode = operation.text("mode", default: "constant")
        guard ["constant", "reflect", "edge", "wrap"].contains(mode) else {
            throw operation.unsupported("mode \(mode)")
        }
        let amounts = try operation.integers("pads").map(OnnxTranslator.list) ?? script.list(operation, 1)
        var value = number(operation.number("value", default: 0))
        if operation.input(2) != nil {
            value =
                try script.constant(operation, 2)?.floats?.first.map(number)
                ?? "float(\(script.operand(operation, 2)).reshape([-1])[0])"
        }
        let axes = operation.input(3) == nil ? "list(range(\(x).dim()))" : try script.list(operation, 3)
        let padded = script.call("pads", x, amounts, axes)
        return [
            mode == "constant"
                ? "torch.constant_pad_nd(\(x), \(padded), \(value))" : script.call("pad_\(mode)", x, padded)
        ]
    }

    /// Supports only what networks use: whole pictures, by the nearest value or linearly.
    private static let resize: Rule = { script, operation in
        let x = try script.operand(operation, 0)
        let mode = operation.text("mode", default: "nearest")
        let isOld = script.version < 11
        let place = operation.text("coordinate_transformation_mode", default: isOld ? "asymmetric" : "half_pixel")
        let rounding = operation.text("nearest_mode", default: isOld ? "floor" : "round_prefer_floor")
        guard !operation.has("axes"), !operation.flag("antialias") else {
            throw operation.unsupported("axes or antialias")
        }
        let (scales, sizes) = isOld ? (1, 3) : (2, 3)
        let hasScales = operation.input(scales) != nil && script.constant(operation, scales)?.count != 0
        var factors: String?
        if hasScales {
            factors = try script.operand(operation, scales)
        } else if let scales = operation.numbers("scales") {
            factors = script.assign("torch.tensor([\(scales.map(number).joined(separator: ", "))])")
        }
        let wanted = try script.assign(factors.map { script.call("scaled", x, $0) } ?? script.list(operation, sizes))
        let steps = factors.map { script.call("inverse", $0) } ?? script.call("steps", x, wanted)
        switch (mode, place) {
        case ("nearest", "asymmetric") where rounding == "floor": return [script.call("nearest", x, wanted, steps)]
        case ("nearest", "half_pixel"), ("nearest", "pytorch_half_pixel"):
            guard rounding == "round_prefer_floor" else { throw operation.unsupported("nearest_mode \(rounding)") }
            return [script.call("nearest_center", x, wanted, steps)]
        case ("linear", "half_pixel"), ("linear", "pytorch_half_pixel"), ("linear", "align_corners"):
            return [script.call("linear", x, wanted, steps, "\"\(place)\"")]
        default: throw operation.unsupported("mode \(mode), \(place), \(rounding)")
        }
    }
}
