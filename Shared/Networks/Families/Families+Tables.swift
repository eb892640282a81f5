import Model

extension StructureFamily {
    /// For rows of tables.
    static let tables = [
        table(
            "MLP", "after Gorishniy et al., Revisiting deep learning models for tabular data, 2021", build: perceptron),
        table(
            "MLP-PLR",
            "after Gorishniy et al., On embeddings for numerical features in tabular deep learning, 2022",
            build: periodic),
        table(
            "ResNet-MLP", "Gorishniy et al., Revisiting deep learning models for tabular data, 2021", build: residual),
        table("Linear", "Cox, The regression analysis of binary sequences, 1958; without hidden layers", build: linear),
        table(
            "FT-Transformer", "Gorishniy et al., Revisiting deep learning models for tabular data, 2021", build: tokens),
    ]

    private static func table(
        _ name: String, _ source: String, build: @escaping @Sendable (Request) throws -> NetworkDescription
    ) -> StructureFamily {
        StructureFamily(
            name, [.table], areas: [], functions: ["classification", "regression"], source: source, build: build)
    }

    private static func vector(_ request: Request) -> LayerChain {
        var chain = request.chain
        chain.add("columns", .columns(categories: request.signature.categories ?? [], features: 8))
        return chain
    }

    private static func linear(_ request: Request) throws -> NetworkDescription {
        var chain = vector(request)
        return try chain.end(request.outputs)
    }

    private static func perceptron(_ request: Request) throws -> NetworkDescription {
        try perceptron(request, on: vector(request))
    }

    /// Numbers and 24 waves of each. Their frequencies start small, so that networks do not memorize small datasets.
    private static func periodic(_ request: Request) throws -> NetworkDescription {
        let categories = request.signature.categories ?? []
        // Without numbers there is nothing to embed.
        guard request.shape[0] > categories.count else { return try perceptron(request) }
        var chain = request.chain
        chain.add(
            "columns", .periodicColumns(categories: categories, features: 8, frequencies: 24, deviation: 0.1))
        return try perceptron(request, on: chain)
    }

    private static func perceptron(_ request: Request, on start: LayerChain) throws -> NetworkDescription {
        var chain = start
        for _ in 0..<request.deep(2) {
            chain.linear(request.wide(96))
            chain.add("dropout", .dropout(rate: 0.1))
        }
        return try chain.end(request.outputs)
    }

    private static func residual(_ request: Request) throws -> NetworkDescription {
        let width = request.wide(64)
        var chain = vector(request)
        chain.linear(width, activation: nil)
        for _ in 0..<request.deep(2) {
            let input = chain.last
            chain.add("normalization", chain.normalization)
            chain.linear(2 * width)
            chain.add("dropout", .dropout(rate: 0.1))
            chain.linear(width, activation: nil)
            chain.add("sum", .addition, from: [input, chain.last])
        }
        chain.add("normalization", chain.normalization)
        chain.add("activation", .relu)
        return try chain.end(request.outputs)
    }

    private static func tokens(_ request: Request) throws -> NetworkDescription {
        let width = request.wide(32, multipleOf: 8)
        var chain = request.chain
        chain.add("tokens", .columnTokens(categories: request.signature.categories ?? [], features: width))
        chain.add("token", .classToken)
        for _ in 0..<request.deep(2) {
            try chain.transformerBlock(.init(heads: width / 8, hidden: 2 * width, dropout: 0.1))
        }
        chain.add("first", .sequencePooling(.first))
        chain.add("normalization", .layerNormalization())
        chain.add("activation", .relu)
        return try chain.end(request.outputs)
    }
}
