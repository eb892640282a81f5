extension StructureFamily {
    /// Small relatives of well-known networks, for pictures and spectrograms.
    static let pictures = [
        StructureFamily(
            "ResNet", [.picture, .spectrogram], areas: ["vision", "audition"],
            source: "He et al., Deep residual learning for image recognition, 2016; three stages as for CIFAR-10"
        ) { try ResNet.small($0) },
        StructureFamily(
            "MobileNet", [.picture, .spectrogram], areas: ["vision", "audition"],
            source: "after Sandler et al., MobileNetV2: inverted residuals and linear bottlenecks, 2018",
            build: mobileNet),
        StructureFamily(
            "DenseNet", [.picture, .spectrogram], usual: [.picture], areas: ["vision", "audition"],
            source: "after Huang et al., Densely connected convolutional networks, 2017"
        ) { try DenseNet.small($0) },
        StructureFamily(
            "mini-Xception", category: "Xception", [.picture], areas: ["emotion"],
            functions: ["emotion recognition", "classification"],
            source: "Arriaga et al., Real-time convolutional neural networks for emotion and gender, 2017",
            build: miniXception),
        StructureFamily(
            "ConvNeXt", [.picture, .spectrogram], usual: [.picture], areas: ["vision", "audition"],
            source: "after Liu et al., A ConvNet for the 2020s, 2022", build: convNeXt),
        StructureFamily(
            "ViT", [.picture, .spectrogram], usual: [], areas: ["vision", "audition"],
            source: "after Dosovitskiy et al., An image is worth 16×16 words, 2021", build: smallViT),
    ]

    private static func mobileNet(_ request: Request) throws -> NetworkDescription {
        var chain = request.chain
        chain.stem(request.wide(16, multipleOf: 4), of: request, activation: .relu6)
        for (channels, blocks, stride) in [(16, 1, 1), (24, 2, 2), (32, 2, 2), (64, 1, 2)] {
            for block in 0..<request.deep(blocks) {
                let expanded = try 4 * chain.shape[0]
                try chain.invertedResidual(
                    request.wide(channels, multipleOf: 4), expanded: expanded, stride: block == 0 ? stride : 1)
            }
        }
        chain.convolve(request.wide(128, multipleOf: 4), 1, activation: .relu6)
        chain.add("features", .globalAveragePooling)
        return try chain.end(request.outputs)
    }

    private static func miniXception(_ request: Request) throws -> NetworkDescription {
        var chain = request.chain
        for _ in 0..<2 { chain.convolve(request.wide(8), 3) }
        for channels in [16, 32, 64, 128].map({ request.wide($0) }) {
            let input = chain.last
            chain.separate(channels, 3)
            chain.separate(channels, 3, activation: nil)
            chain.add("pooling", .maximumPooling(kernel: 3, stride: 2, padding: 1))
            let main = chain.last
            let shortcut = chain.convolve(channels, 1, stride: 2, activation: nil, from: input)
            chain.add("sum", .addition, from: [main, shortcut])
        }
        chain.add("activation", .relu)
        chain.add("features", .globalAveragePooling)
        return try chain.end(request.outputs)
    }

    private static func convNeXt(_ request: Request) throws -> NetworkDescription {
        var chain = request.chain
        chain.normalization = .layerNormalization(epsilon: 1e-6)
        let patch = min(min(request.shape[1], request.shape[2]), request.side > 48 ? 4 : 2)
        chain.convolve(request.wide(32), Extent(patch), stride: Extent(patch), padding: 0, activation: nil)
        for (stage, channels) in [32, 64, 128].map({ request.wide($0) }).enumerated() {
            if stage > 0 {
                chain.add("normalization", chain.normalization)
                let shape = try chain.shape
                let step = min(shape[1], shape[2]) > 1 ? 2 : 1
                chain.convolve(
                    channels, Extent(step), stride: Extent(step), padding: 0, normalized: false, activation: nil)
            }
            for _ in 0..<request.deep(1) {
                let input = chain.last
                chain.add("convolution", .convolution(.init(channels: channels, kernel: 7, groups: channels)))
                chain.add("normalization", chain.normalization)
                chain.convolve(4 * channels, 1, normalized: false, activation: .gelu)
                chain.convolve(channels, 1, normalized: false, activation: nil)
                // The original's 10⁻⁶ suits 300 epochs.
                chain.add("scale", .scale(initial: 0.1))
                chain.add("sum", .addition, from: [input, chain.last])
            }
        }
        chain.add("features", .globalAveragePooling)
        chain.add("normalization", chain.normalization)
        return try chain.end(request.outputs)
    }

    private static func smallViT(_ request: Request) throws -> NetworkDescription {
        let width = request.wide(64, multipleOf: 16)
        // Approximately eight by eight patches.
        let patch = max(1, (min(request.shape[1], request.shape[2]) + 7) / 8)
        return try visionTransformer(
            request, patch: patch, width: width, blocks: request.deep(4), .init(heads: width / 16, hidden: 2 * width))
    }

    static func visionTransformer(
        _ request: Request, patch: Int, width: Int, blocks: Int, _ block: LayerChain.Transformer
    ) throws -> NetworkDescription {
        var chain = request.chain
        chain.convolve(width, Extent(patch), stride: Extent(patch), padding: 0, normalized: false, activation: nil)
        let shape = try chain.shape
        chain.add("sequence", .reshape([width, shape[1] * shape[2]]))
        chain.add("places", .transpose([1, 0]))
        chain.add("token", .classToken)
        chain.add("positions", .positions(.learned(most: shape[1] * shape[2] + 1)))
        for _ in 0..<blocks { try chain.transformerBlock(block) }
        chain.add("normalization", .layerNormalization(epsilon: block.epsilon))
        chain.add("features", .sequencePooling(.first))
        return try chain.end(request.outputs)
    }
}

extension StructureFamily.Request {
    /// The smaller side of a picture.
    var side: Int { min(shape[1], shape[2]) }
}

extension LayerChain {
    /// The first convolution of a small network: the larger the picture, the larger the stride.
    mutating func stem(
        _ channels: Int, of request: StructureFamily.Request, activation: Layer.Operation = .relu
    ) {
        guard request.side >= 96 else {
            convolve(channels, 3, stride: request.side >= 48 ? 2 : 1, activation: activation)
            return
        }
        convolve(channels, 5, stride: 2, activation: activation)
        add("pooling", .maximumPooling(kernel: 3, stride: 2, padding: 1))
    }
}
