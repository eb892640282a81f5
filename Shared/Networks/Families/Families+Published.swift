extension StructureFamily {
    /// Networks as published: at 224×224 pixels with 1000 classes, or with the vocabulary of BERT, they have exactly
    /// the published number of parameters. Searches choose them only if a scenario names them.
    static let published = [
        large("ResNet18", "ResNet", "He et al., Deep residual learning for image recognition, 2016") {
            try ResNet.published($0, blocks: [2, 2, 2, 2])
        },
        large("ResNet34", "ResNet", "He et al., Deep residual learning for image recognition, 2016") {
            try ResNet.published($0, blocks: [3, 4, 6, 3])
        },
        large("ResNet50", "ResNet", "He et al., Deep residual learning for image recognition, 2016") {
            try ResNet.published($0, blocks: [3, 4, 6, 3], hasBottlenecks: true)
        },
        large(
            "MobileNetV2", "MobileNet", "Sandler et al., MobileNetV2: inverted residuals and linear bottlenecks, 2018"
        ) { try MobileNet.second($0) },
        large("MobileNetV3-Small", "MobileNet", "Howard et al., Searching for MobileNetV3, 2019") {
            try MobileNet.third($0)
        },
        large("DenseNet121", "DenseNet", "Huang et al., Densely connected convolutional networks, 2017") {
            try DenseNet.published($0)
        },
        large(
            "ViT-Tiny", "ViT",
            "Touvron et al., Training data-efficient image transformers, 2021, DeiT-Ti with patches of 16"
        ) {
            let width = $0.wide(192, multipleOf: 64)
            return try visionTransformer(
                $0, patch: min(16, $0.side), width: width, blocks: $0.deep(12),
                .init(heads: width / 64, hidden: 4 * width, epsilon: 1e-6))
        },
        StructureFamily(
            "BERT-mini", category: "BERT", [.text], usual: [], areas: ["language", "emotion"],
            source: "Turc et al., Well-read students learn better, 2019", build: bert),
    ]

    private static func large(
        _ name: String, _ category: String, _ source: String,
        build: @escaping @Sendable (Request) throws -> NetworkDescription
    ) -> StructureFamily {
        StructureFamily(
            name, category: category, [.picture, .spectrogram], usual: [], areas: ["vision", "audition"],
            source: source, build: build)
    }

    private static func bert(_ request: Request) throws -> NetworkDescription {
        let width = request.wide(256, multipleOf: 64), epsilon = 1e-12
        var chain = request.chain
        chain.add("embedding", .tokenEmbedding(vocabulary: try request.vocabulary, features: width))
        chain.add("positions", .positions(.learned(most: max(512, request.shape[0]))))
        chain.add("segments", .segments(count: 2))
        chain.add("normalization", .layerNormalization(epsilon: epsilon))
        for _ in 0..<request.deep(4) {
            try chain.transformerBlock(
                .init(
                    heads: width / 64, hidden: 4 * width, isPreNormalized: false, epsilon: epsilon, dropout: 0.1,
                    tokens: request.input))
        }
        chain.add("first", .sequencePooling(.first))
        chain.linear(width, activation: .tanh)
        return try chain.end(request.outputs, dropout: 0.1)
    }
}
