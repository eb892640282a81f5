extension StructureFamily {
    /// For texts; padding of short ones is ignored.
    static let texts = [
        text(
            "TF-IDF",
            "after Salton and Buckley, Term-weighting approaches in automatic text retrieval, 1988, with the factorized "
                + "classifier of Joulin et al., 2017", build: weightedBag),
        text("fastText", "Joulin et al., Bag of tricks for efficient text classification, 2017", build: bag),
        text("TextCNN", "Kim, Convolutional neural networks for sentence classification, 2014", build: phrases),
        text(
            "DAN", "Iyyer et al., Deep unordered composition rivals syntactic methods for text classification, 2015",
            build: averaging),
        text(
            "BiGRU", "after Yang et al., Hierarchical attention networks for document classification, 2016",
            build: reading),
        text("Transformer", "Vaswani et al., Attention is all you need, 2017, encoder", build: transformer),
        text("CharCNN", "after Zhang et al., Character-level convolutional networks, 2015", build: characters),
    ]

    private static func text(
        _ name: String, _ source: String, build: @escaping @Sendable (Request) throws -> NetworkDescription
    ) -> StructureFamily {
        StructureFamily(
            name, [.text], areas: ["language", "emotion"], functions: ["classification", "emotion recognition"],
            source: source, build: build)
    }

    /// - Parameter deviation: Initial standard deviation of the vectors. If it is small, rare words stay silent until
    ///   they are learned; with PyTorch's 1 they drown out the others.
    private static func embedded(
        _ request: Request, _ features: Int, deviation: Double = 0.1
    ) throws -> LayerChain {
        var chain = request.chain
        chain.add(
            "embedding",
            .tokenEmbedding(vocabulary: try request.vocabulary, features: features, deviation: deviation))
        return chain
    }

    /// Number of different values for pairs of words.
    private static let pairNumbers = 1 << 15

    /// A vector for each word and each pair of words; the answer is computed from their sum.
    private static func bag(_ request: Request) throws -> NetworkDescription {
        let features = request.wide(32), deviation = 0.02
        var chain = try embedded(request, features, deviation: deviation)
        if request.shape[0] > 1 {
            let words = chain.last
            chain.add("pairs", .tokenPairs(numbers: pairNumbers), from: [request.input])
            chain.add(
                "pairEmbedding",
                .tokenEmbedding(vocabulary: pairNumbers + 1, features: features, deviation: deviation))
            chain.add("sum", .addition, from: [words, chain.last])
        }
        chain.add("features", .sequencePooling(.scaledSum), from: [chain.last, request.input])
        // Vectors that start small and are scaled up learn within a few epochs.
        chain.add("scale", .scale(initial: 5))
        return try chain.end(request.outputs)
    }

    /// A linear classifier of words and pairs of words, weighted by how rare they are. Its matrix is a product of two, of
    /// which the larger has at most `mostPairWeights` numbers for pairs.
    private static func weightedBag(_ request: Request) throws -> NetworkDescription {
        let features = request.wide(min(max(request.outputs, 8), 32))
        var pairs = 1 << 17
        while pairs * features > mostPairWeights, pairs > pairNumbers { pairs /= 2 }
        var chain = request.chain
        chain.add(
            "bag",
            .tokenBag(
                vocabulary: try request.vocabulary, pairs: request.shape[0] > 1 ? pairs : 0, features: features,
                deviation: 0.002))
        // Vectors that start small and are scaled up learn within a few epochs.
        chain.add("scale", .scale(initial: 5))
        return try chain.end(request.outputs)
    }

    private static let mostPairWeights = 1 << 21

    private static func averaging(_ request: Request) throws -> NetworkDescription {
        var chain = try embedded(request, request.wide(64))
        chain.add("mean", .sequencePooling(.mean), from: [chain.last, request.input])
        for _ in 0..<request.deep(2) {
            chain.linear(request.wide(64))
            chain.add("dropout", .dropout(rate: 0.2))
        }
        return try chain.end(request.outputs)
    }

    /// Parallel windows of several lengths, each with its strongest response.
    private static func phrases(_ request: Request) throws -> NetworkDescription {
        var chain = try embedded(request, request.wide(64))
        try chain.rowOfSequence()
        let words = chain.last, length = request.shape[0]
        var answers: [String] = []
        for window in [3, 4, 5].map({ min($0, length) }) {
            chain.convolve(request.wide(64), .time(window), padding: 0, normalized: false, from: words)
            chain.pool(.time(length - window + 1), stride: 1)
            answers.append(chain.last)
        }
        chain.add("concatenation", .concatenation, from: answers)
        chain.add("features", .flatten)
        return try chain.end(request.outputs, dropout: 0.5)
    }

    private static func characters(_ request: Request) throws -> NetworkDescription {
        var chain = try embedded(request, request.wide(32))
        try chain.rowOfSequence()
        for (window, isPooled) in [(7, true), (7, true), (3, false), (3, true)] {
            chain.convolve(request.wide(64), .time(window))
            if isPooled, try chain.shape[2] >= 6 { chain.pool(.time(3)) }
        }
        try chain.largest()
        chain.linear(request.wide(128))
        return try chain.end(request.outputs, dropout: 0.5)
    }

    private static func reading(_ request: Request) throws -> NetworkDescription {
        var chain = try embedded(request, request.wide(64))
        for _ in 0..<request.deep(1) {
            chain.add(
                "recurrent", .recurrent(.init(.gru, features: request.wide(48), isBidirectional: true)),
                from: [chain.last, request.input])
        }
        chain.add("features", .sequencePooling(.attention), from: [chain.last, request.input])
        return try chain.end(request.outputs, dropout: 0.2)
    }

    private static func transformer(_ request: Request) throws -> NetworkDescription {
        let width = request.wide(64, multipleOf: 16)
        // To match positions, whose numbers are between −1 and 1.
        var chain = try embedded(request, width, deviation: 1)
        chain.add("positions", .positions(.sinusoidal))
        for _ in 0..<request.deep(2) {
            try chain.transformerBlock(
                .init(heads: width / 16, hidden: 2 * width, dropout: 0.1, tokens: request.input))
        }
        chain.add("normalization", .layerNormalization())
        chain.add("features", .sequencePooling(.mean), from: [chain.last, request.input])
        return try chain.end(request.outputs)
    }
}
