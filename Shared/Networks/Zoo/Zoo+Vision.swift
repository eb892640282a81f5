extension ZooNetwork {
    static func vision() throws -> [ZooNetwork] {
        let tables = try TableSix.allCases.map { table in
            ZooNetwork(
                table == .sparseNet ? "SparseNet" : table == .mediumNet ? "MediumNet" : "LeNet",
                ["vision", "vision.shape", "audition"], ["classification"],
                "Brain-inspired large-scale deep neural network model, Journal of Software 33(4), 2022, table 6",
                try table.network(shape: [1, TableSix.side, TableSix.side], classes: 10))
        }
        let object = ["vision", "vision.object"]
        return tables + [
            ZooNetwork(
                "LeNet", ["vision", "vision.shape"], ["classification"],
                "LeCun et al., Gradient-based learning applied to document recognition, 1998", try leNet1998()),
            ZooNetwork(
                "CIFAR10-quick", object, ["classification"], "Krizhevsky, cuda-convnet; Jia et al., Caffe, 2014",
                try cifarQuick()),
            ZooNetwork(
                "VGG", object, ["classification"],
                "after Simonyan and Zisserman, Very deep convolutional networks, 2015",
                try vgg()),
            ZooNetwork(
                "All-CNN", object, ["classification"], "Springenberg et al., Striving for simplicity, 2015, All-CNN-C",
                try allConvolutional()),
            ZooNetwork(
                "ResNet", object, ["classification"], "He et al., Deep residual learning, 2016, n = 1",
                try resNet(blocks: 1)),
            ZooNetwork(
                "ResNet", object, ["classification"], "He et al., Deep residual learning, 2016, n = 3",
                try resNet(blocks: 3)),
            ZooNetwork(
                "DenseNet", object, ["classification"], "after Huang et al., Densely connected networks, 2017",
                try denseNet()),
            ZooNetwork(
                "SqueezeNet", ["vision", "vision.scene"], ["classification"],
                "after Iandola et al., SqueezeNet, 2016", try squeezeNet()),
            ZooNetwork(
                "MobileNet", ["vision", "vision.body"], ["person presence"],
                "Howard et al., MobileNets, 2017, width 0.25; MLPerf Tiny, visual wake words", try mobileNet()),
            ZooNetwork(
                "Pointwise", ["vision", "vision.colour"], ["colour naming"],
                "Lin et al., Network in network, 2014, with 1×1 windows only: colors without shapes", try pointwise()),
            ZooNetwork(
                "TwoStream", ["vision", "vision.motion"], ["action recognition"],
                "after Simonyan and Zisserman, Two-stream convolutional networks, 2014", try twoStream()),
        ]
    }

    private static func leNet1998() throws -> NetworkDescription {
        var chain = LayerChain("LeNet-5-1998", input: "image", shape: [1, 32, 32])
        for channels in [6, 16] {
            chain.add("convolution", .convolution(.init(channels: channels, kernel: 5, padding: 0)))
            chain.add("activation", .sigmoid)
            chain.add("pooling", .averagePooling(kernel: 2, stride: 2))
        }
        chain.add("features", .flatten)
        for features in [120, 84] {
            chain.linear(features, activation: .none)
            chain.add("activation", .sigmoid)
        }
        chain.linear(10, activation: .none)
        return try chain.finished()
    }

    private static func cifarQuick() throws -> NetworkDescription {
        var chain = LayerChain("CIFAR10-quick", input: "image", shape: [3, 32, 32])
        chain.convolve(32, 5, normalized: false, activation: .none)
        // The original's windows of 3 extend beyond the border, so sizes are halved as here.
        chain.pool(2)
        chain.add("activation", .relu)
        for channels in [32, 64] {
            chain.convolve(channels, 5, normalized: false)
            chain.add("pooling", .averagePooling(kernel: 2, stride: 2))
        }
        chain.add("features", .flatten)
        chain.linear(64, activation: .none)
        chain.linear(10, activation: .none)
        return try chain.finished()
    }

    private static func vgg() throws -> NetworkDescription {
        var chain = LayerChain("VGG8", input: "image", shape: [3, 32, 32])
        for channels in [32, 64, 128] {
            chain.convolve(channels, 3)
            chain.convolve(channels, 3)
            chain.pool(2)
        }
        chain.add("features", .flatten)
        chain.linear(128)
        chain.add("dropout", .dropout(rate: 0.5))
        chain.linear(10, activation: .none)
        return try chain.finished()
    }

    private static func allConvolutional() throws -> NetworkDescription {
        var chain = LayerChain("All-CNN-C", input: "image", shape: [3, 32, 32])
        chain.add("dropout", .dropout(rate: 0.2))
        for (channels, stride) in [(96, 1), (96, 1), (96, 2), (192, 1), (192, 1), (192, 2)] {
            chain.convolve(channels, 3, stride: Extent(stride), normalized: false)
        }
        chain.convolve(192, 3, padding: 0, normalized: false)
        chain.convolve(192, 1, normalized: false)
        chain.convolve(10, 1, normalized: false)
        chain.add("head", .globalAveragePooling)
        return try chain.finished()
    }

    /// Three stages of residual blocks with 16, 32 and 64 channels; 6·blocks + 2 layers.
    private static func resNet(blocks: Int) throws -> NetworkDescription {
        var chain = LayerChain("ResNet\(6 * blocks + 2)", input: "image", shape: [3, 32, 32])
        chain.convolve(16, 3)
        for (stage, channels) in [16, 32, 64].enumerated() {
            for block in 0..<blocks {
                let stride: Extent = stage > 0 && block == 0 ? 2 : 1
                let input = chain.last
                chain.convolve(channels, 3, stride: stride)
                let main = chain.convolve(channels, 3, activation: .none)
                let shortcut =
                    stride == 1 ? input : chain.convolve(channels, 1, stride: 2, activation: .none, from: input)
                chain.add("sum", .addition, from: [main, shortcut])
                chain.add("activation", .relu)
            }
        }
        return try chain.classify(10)
    }

    private static func denseNet() throws -> NetworkDescription {
        var chain = LayerChain("DenseNet14", input: "image", shape: [3, 32, 32])
        chain.convolve(16, 3)
        for block in 0..<3 {
            for _ in 0..<4 {
                let input = chain.last
                let grown = chain.convolve(12, 3)
                chain.add("concatenation", .concatenation, from: [input, grown])
            }
            guard block < 2 else { break }
            chain.convolve(block == 0 ? 64 : 112, 1)
            chain.add("pooling", .averagePooling(kernel: 2, stride: 2))
        }
        return try chain.classify(10)
    }

    private static func squeezeNet() throws -> NetworkDescription {
        var chain = LayerChain("SqueezeNet-mini", input: "image", shape: [3, 64, 64])
        chain.convolve(32, 3, stride: 2)
        for (squeezed, expanded) in [(8, 32), (8, 32), (16, 64), (16, 64)] {
            if squeezed == 16, chain.network.layers.filter({ $0.operation.kind == "concatenation" }).count == 2 {
                chain.pool(2)
            }
            let narrow = chain.convolve(squeezed, 1)
            let small = chain.convolve(expanded, 1, from: narrow)
            let large = chain.convolve(expanded, 3, from: narrow)
            chain.add("concatenation", .concatenation, from: [small, large])
        }
        chain.add("dropout", .dropout(rate: 0.5))
        chain.convolve(6, 1, normalized: false)
        chain.add("head", .globalAveragePooling)
        return try chain.finished()
    }

    private static func mobileNet() throws -> NetworkDescription {
        var chain = LayerChain("MobileNet-0.25", input: "image", shape: [3, 96, 96])
        chain.convolve(8, 3, stride: 2)
        let layers = [
            (16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (128, 1), (128, 1), (128, 1), (128, 1),
            (256, 2), (256, 1),
        ]
        var channels = 8
        for (next, stride) in layers {
            chain.convolve(channels, 3, stride: Extent(stride), groups: channels)
            chain.convolve(next, 1)
            channels = next
        }
        return try chain.classify(2)
    }

    private static func pointwise() throws -> NetworkDescription {
        var chain = LayerChain("PointwiseColour", input: "image", shape: [3, 64, 64])
        for channels in [16, 32, 32] { chain.convolve(channels, 1, activation: .leakyRelu()) }
        return try chain.classify(11)
    }

    /// One stream sees a single frame, the other the motion over ten frames.
    private static func twoStream() throws -> NetworkDescription {
        func stream(_ name: String, channels: Int) throws -> NetworkDescription {
            var chain = LayerChain(name, input: name, shape: [channels, 112, 112])
            chain.convolve(32, 7, stride: 2)
            chain.pool(2)
            for channels in [64, 96, 96] { chain.convolve(channels, 3) }
            chain.pool(2)
            chain.convolve(128, 3)
            return try chain.classify(101)
        }
        return try NetworkDescription.fused(
            name: "TwoStream",
            branches: [("frame", try stream("frame", channels: 3)), ("flow", try stream("flow", channels: 20))],
            classes: 101)
    }
}
