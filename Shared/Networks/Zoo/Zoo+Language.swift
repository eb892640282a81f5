extension ZooNetwork {
    static func language() throws -> [ZooNetwork] {
        let semantics = ["language", "language.semantics"]
        return [
            ZooNetwork(
                "TextCNN", semantics, ["sentiment analysis"],
                "Kim, Convolutional neural networks for sentence classification, 2014",
                try sentences("TextCNN", classes: 2)),
            ZooNetwork(
                "fastText", semantics, ["classification"],
                "Joulin et al., Bag of tricks for efficient text classification, 2017", try bag()),
            ZooNetwork(
                "DAN", semantics, ["sentiment analysis"],
                "Iyyer et al., Deep unordered composition rivals syntactic methods, 2015", try averaging()),
            ZooNetwork(
                "CharCNN", ["language", "language.orthography"], ["classification"],
                "Zhang et al., Character-level convolutional networks, 2015, small", try characters()),
            ZooNetwork(
                "WindowTagger", ["language", "language.syntax"], ["part-of-speech tagging"],
                "Collobert et al., Natural language processing (almost) from scratch, 2011, window approach",
                try tagger()),
        ]
    }

    /// Parallel windows of 3, 4 and 5 words, each with its strongest response.
    static func sentences(_ name: String, classes: Int) throws -> NetworkDescription {
        let (length, maps) = (56, 100)
        var chain = LayerChain(name, input: "text", shape: [length])
        let words = chain.add("embedding", .embedding(vocabulary: 20_000, features: 300))
        var answers: [String] = []
        for window in [3, 4, 5] {
            chain.convolve(maps, .time(window), padding: 0, normalized: false, from: words)
            chain.pool(.time(length - window + 1))
            answers.append(chain.last)
        }
        chain.add("concatenation", .concatenation, from: answers)
        return try chain.classify(classes, overMeans: false, dropout: 0.5)
    }

    private static func bag() throws -> NetworkDescription {
        var chain = LayerChain("fastText", input: "text", shape: [128])
        chain.add("embedding", .embedding(vocabulary: 50_000, features: 10))
        return try chain.classify(4)
    }

    private static func averaging() throws -> NetworkDescription {
        var chain = LayerChain("DAN", input: "text", shape: [128])
        chain.add("embedding", .embedding(vocabulary: 20_000, features: 300))
        chain.add("features", .globalAveragePooling)
        for _ in 0..<3 { chain.linear(300) }
        chain.linear(2, activation: .none)
        return try chain.finished()
    }

    private static func characters() throws -> NetworkDescription {
        var chain = LayerChain("CharCNN-small", input: "text", shape: [1014])
        // A separate vector for each of 70 characters replaces one-hot rows.
        chain.add("embedding", .embedding(vocabulary: 70, features: 70))
        for (window, isPooled) in [(7, true), (7, true), (3, false), (3, false), (3, false), (3, true)] {
            chain.convolve(256, .time(window), padding: 0, normalized: false)
            if isPooled { chain.pool(.time(3)) }
        }
        chain.add("features", .flatten)
        for _ in 0..<2 {
            chain.linear(1024)
            chain.add("dropout", .dropout(rate: 0.5))
        }
        chain.linear(4, activation: .none)
        return try chain.finished()
    }

    private static func tagger() throws -> NetworkDescription {
        var chain = LayerChain("WindowTagger", input: "text", shape: [5])
        chain.add("embedding", .embedding(vocabulary: 20_000, features: 50))
        chain.add("features", .flatten)
        chain.linear(300)
        chain.linear(45, activation: .none)
        return try chain.finished()
    }
}
