extension NetworkDescription {
    /// The `forward` method in TorchScript. It names tensors by the attributes of nested modules, so that the saved network
    /// has the same tensor names as `tensors`.
    /// - Throws: `Failure` where the description does not fit together.
    public var torchScriptSource: String {
        get throws {
            let inference = try ShapeInference(self)
            var values: [String: String] = [:]
            for (number, input) in inputs.enumerated() { values[input.name] = "input\(number)" }
            var lines: [String] = []
            // Arguments keep the inputs' names; locals cannot collide with them, as they are bound to numbered ones first.
            for (number, input) in inputs.enumerated() { lines.append("input\(number) = \(input.name)") }
            for (number, layer) in layers.enumerated() {
                let value = number == layers.count - 1 ? "output" : "value\(number)"
                let expression = layer.expression(
                    layer.inputs.compactMap { values[$0] }, from: inference.inputShapes(of: layer).first ?? [])
                lines.append("\(value) = \(expression)")
                values[layer.name] = value
            }
            lines.append("return output")
            let arguments = inputs.map { "\($0.name): Tensor" }.joined(separator: ", ")
            return "def forward(self, \(arguments)) -> Tensor:\n" + lines.map { "    \($0)\n" }.joined()
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
        case .addition: return values.dropFirst().reduce(value) { "torch.add(\($0), \($1))" }
        }
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
