import Model

extension Checkpoint.Family {
    /// Residual networks (He et al. 2016), with or without bottlenecks, wide or grouped.
    static let resNet = Self(
        name: "ResNet",
        isOf: { $0.has("conv1.weight") && $0.has("layer1.0.conv1.weight") && $0.has("bn1.running_mean") }
    ) { script, _ in
        let head = ["fc", "classifier.1"].first { script.has("\($0).weight") }
        let stem = try script.shape("conv1.weight")
        guard stem.count == 4 else { throw Failure(.invalidArgument, "tensor 'conv1.weight' has shape \(stem)") }
        script.begin(["x"], outputs: head == nil ? 1 : 2)
        script.emit("x = \(try script.convolution("x", "conv1", channels: stem[1], stride: stem[2] > 3 ? 2 : 1))")
        script.emit("x = torch.relu(\(try script.batchNormalization("x", "bn1")))")
        if stem[2] > 3 { script.emit("x = torch.max_pool2d(x, [3, 3], [2, 2], [1, 1])") }
        var channels = stem[0]
        for stage in 1...4 where script.has("layer\(stage).0.conv1.weight") {
            var block = 0
            while script.has("layer\(stage).\(block).conv1.weight") {
                let stride = stage > 1 && block == 0 ? 2 : 1
                channels = try residual(&script, "layer\(stage).\(block)", channels, stride)
                block += 1
            }
        }
        return try end(&script, "torch.mean(x, [2, 3])", head: head, inputs: stem[1])
    }

    private static func residual(
        _ script: inout CheckpointScript, _ name: String, _ before: Int, _ stride: Int
    ) throws -> Int {
        let last = script.has("\(name).conv3.weight") ? 3 : 2
        var channels = before
        script.emit("y = x")
        for number in 1...last {
            // Bottlenecks have the stride in the middle convolution, as in torchvision since 2017.
            let step = number == last - 1 ? stride : 1
            script.emit("y = \(try script.convolution("y", "\(name).conv\(number)", channels: channels, stride: step))")
            let normalized = try script.batchNormalization("y", "\(name).bn\(number)")
            script.emit("y = \(number == last ? normalized : "torch.relu(\(normalized))")")
            channels = try script.shape("\(name).conv\(number).weight")[0]
        }
        if script.has("\(name).downsample.0.weight") {
            script.emit("x = \(try script.convolution("x", "\(name).downsample.0", channels: before, stride: stride))")
            script.emit("x = \(try script.batchNormalization("x", "\(name).downsample.1"))")
        }
        script.emit("x = torch.relu(x + y)")
        return channels
    }

    /// Inverted residuals (Sandler et al. 2018), as in torchvision.
    static let mobileNetV2 = Self(
        name: "MobileNetV2",
        isOf: {
            $0.has("features.0.0.weight") && $0.has("features.1.conv.0.0.weight")
                && $0.has("features.2.conv.1.0.weight")
        }
    ) { script, _ in
        let hasHead = script.has("classifier.1.weight")
        let stem = try script.shape("features.0.0.weight")
        guard stem.count == 4 else { throw Failure(.invalidArgument, "tensor 'features.0.0.weight' has shape \(stem)") }
        script.begin(["x"], outputs: hasHead ? 2 : 1)
        var channels = try unit(&script, "features.0.0", "features.0.1", stem[1], stride: 2, isActive: true)
        var block = 1
        while script.has("features.\(block).conv.0.0.weight") {
            channels = try inverted(&script, block, channels)
            block += 1
        }
        script.emit("y = x")
        _ = try unit(&script, "features.\(block).0", "features.\(block).1", channels, stride: 1, isActive: true)
        return try end(&script, "torch.mean(x, [2, 3])", head: hasHead ? "classifier.1" : nil, inputs: stem[1])
    }

    /// The blocks at which the paper's network halves its pictures.
    private static let halving: Set = [2, 4, 7, 14]

    private static func inverted(_ script: inout CheckpointScript, _ block: Int, _ before: Int) throws -> Int {
        let name = "features.\(block).conv"
        let stride = halving.contains(block) ? 2 : 1
        let isWidened = script.has("\(name).1.0.weight")
        var channels = before
        script.emit("y = x")
        if isWidened { channels = try unit(&script, "\(name).0.0", "\(name).0.1", channels, stride: 1, isActive: true) }
        let place = isWidened ? 1 : 0
        channels = try unit(
            &script, "\(name).\(place).0", "\(name).\(place).1", channels, stride: stride, isActive: true)
        channels = try unit(
            &script, "\(name).\(place + 1)", "\(name).\(place + 2)", channels, stride: 1, isActive: false)
        if stride == 1, channels == before { script.emit("x = x + y") }
        return channels
    }

    /// Convolution, normalization and ReLU6 of `x`.
    private static func unit(
        _ script: inout CheckpointScript, _ convolution: String, _ normalization: String, _ channels: Int, stride: Int,
        isActive: Bool
    ) throws -> Int {
        script.emit("x = \(try script.convolution("x", convolution, channels: channels, stride: stride))")
        let normalized = try script.batchNormalization("x", normalization)
        script.emit("x = \(isActive ? "torch.clamp(\(normalized), 0.0, 6.0)" : normalized)")
        return try script.shape("\(convolution).weight")[0]
    }

    /// The features, and the output of a head, if any.
    static func end(
        _ script: inout CheckpointScript, _ features: String, head: String?, inputs channels: Int
    ) throws -> [[Int]]? {
        script.emit("features = \(features)")
        let more = try head.map { ", " + (try script.linear("features", $0)) } ?? ""
        script.emit("return features\(more)")
        return [[channels, 224, 224]]
    }
}
