extension NetworkDescription {
    /// The `forward` method in TorchScript. It names tensors by the attributes of nested modules, so that the saved network
    /// has the same tensor names as `tensors`.
    /// - Throws: `Failure` where the description does not fit together.
    public var torchScriptSource: String {
        get throws { try method("forward", returning: ("Tensor", { _ in "output" })) }
    }

    /// The method `constrained`, which gives the output and what a constraint adds to the loss, in one pass.
    /// - Throws: `Failure` where the constraint names no layers of the network.
    public func torchScriptSource(of constraint: SimilarityConstraint) throws -> String {
        try method("constrained", returning: ("Tuple[Tensor, Tensor]", { "output, \(try constraint.expression($0))" }))
    }

    /// - Parameter result: The type of the result, and its expression from those of the layers by name.
    private func method(
        _ name: String, returning result: (type: String, expression: ([String: String]) throws -> String)
    ) throws -> String {
        var values: [String: String] = [:]
        for (number, input) in inputs.enumerated() { values[input.name] = "input\(number)" }
        // Arguments keep the inputs' names; locals cannot collide with them, as they are bound to numbered ones first.
        var lines = inputs.enumerated().map { "input\($0) = \($1.name)" }
        lines += try torchScriptLines(for: layers.indices, &values)
        lines.append("return \(try result.expression(values))")
        let arguments = inputs.map { "\($0.name): Tensor" }.joined(separator: ", ")
        return "def \(name)(self, \(arguments)) -> \(result.type):\n" + lines.map { "    \($0)\n" }.joined()
    }

    /// Statements that compute some layers.
    /// - Parameter values: The expressions of all that they read, to which those of these layers are added.
    func torchScriptLines(for range: Range<Int>, _ values: inout [String: String]) throws -> [String] {
        let inference = try ShapeInference(self)
        return range.map { number in
            let layer = layers[number]
            let value = number == layers.count - 1 ? "output" : "value\(number)"
            let expression = layer.expression(
                layer.inputs.compactMap { values[$0] }, from: inference.inputShapes(of: layer).first ?? [])
            values[layer.name] = value
            return "\(value) = \(expression)"
        }
    }
}

extension Layer {
    fileprivate func expression(_ values: [String], from shape: [Int]) -> String {
        let value = values.first ?? ""
        switch operation {
        case .convolution(let settings): return convolution(value, settings, "", settings.groups)
        case .separableConvolution(let settings): return separable(value, settings, channels: shape[0])
        case .embedding(let vocabulary, _):
            // 4 is the type of 64-bit integers.
            let words = "torch.to(torch.clamp(\(value), 0, \(vocabulary - 1)), 4)"
            return "torch.unsqueeze(torch.transpose(torch.embedding(self.\(name).weight, \(words)), 1, 2), 2)"
        case .batchNormalization(let momentum, let epsilon):
            let tensors = ["weight", "bias", "running_mean", "running_var"].map { "self.\(name).\($0)" }
            return "torch.batch_norm(\(value), \(tensors.joined(separator: ", ")), self.training, "
                + "\(momentum), \(epsilon), False)"
        case .linear(_, let bias):
            return "torch.linear(\(value), self.\(name).weight, \(bias ? "self.\(name).bias" : "None"))"
        case .maximumPooling(let kernel, let stride):
            return "torch.max_pool2d(\(value), \(kernel.list), \(stride.list), [0, 0], [1, 1], False)"
        case .averagePooling(let kernel, let stride):
            return "torch.avg_pool2d(\(value), \(kernel.list), \(stride.list), [0, 0], False, True, None)"
        case .globalAveragePooling: return "torch.mean(\(value), [2, 3])"
        case .relu: return "torch.relu(\(value))"
        case .leakyRelu(let slope): return "torch.leaky_relu(\(value), \(slope))"
        case .sigmoid: return "torch.sigmoid(\(value))"
        case .dropout(let rate): return "torch.dropout(\(value), \(rate), self.training)"
        case .flatten: return "torch.flatten(\(value), 1)"
        case .resize(let size): return "torch.upsample_bilinear2d(\(value), \(size.list), False)"
        case .concatenation: return "torch.cat([\(values.joined(separator: ", "))], 1)"
        case .addition: return sum(values)
        case .multiplication: return values.dropFirst().reduce(value) { "torch.mul(\($0), \($1))" }
        case .weightedSum:
            let weights = "torch.softmax(self.\(name).logits, 0)"
            return sum(values.indices.map { "torch.mul(\(values[$0]), torch.select(\(weights), 0, \($0)))" })
        case .attention:
            let weights = "torch.softmax(\(value), 1)"
            return sum(
                values.dropFirst().enumerated().map { place, value in
                    "torch.mul(\(value), torch.narrow(\(weights), 1, \(place), 1))"
                })
        }
    }

    private func sum(_ terms: [String]) -> String {
        terms.dropFirst().reduce(terms.first ?? "") { "torch.add(\($0), \($1))" }
    }

    private func separable(_ value: String, _ settings: Convolution, channels: Int) -> String {
        var depthwise = settings
        depthwise.bias = false
        var pointwise = Convolution(channels: settings.channels, kernel: 1, bias: settings.bias)
        pointwise.padding = 0
        let inner = convolution(value, depthwise, "depthwise_", channels)
        return convolution(inner, pointwise, "pointwise_", 1)
    }

    private func convolution(_ value: String, _ settings: Convolution, _ prefix: String, _ groups: Int) -> String {
        let weight = "self.\(name).\(prefix)weight"
        let bias = settings.bias ? "self.\(name).\(prefix)bias" : "None"
        return "torch.conv2d(\(value), \(weight), \(bias), \(settings.stride.list), \(settings.padding.list), "
            + "[1, 1], \(groups))"
    }
}

extension Extent {
    fileprivate var list: String { "[\(height), \(width)]" }
}
