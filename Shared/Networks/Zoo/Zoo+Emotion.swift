extension ZooNetwork {
    static func emotion() throws -> [ZooNetwork] {
        let voice = try voices()
        return [
            ZooNetwork(
                "Xception", ["emotion", "vision", "vision.face"], ["emotion recognition"],
                "Arriaga et al., Real-time convolutional neural networks for emotion and gender, 2017, mini-Xception",
                try faces(classes: 7)),
            ZooNetwork(
                "CNN-1D", ["emotion", "audition", "audition.voice"], ["emotion recognition"],
                "after Issa et al., Speech emotion recognition with deep convolutional neural networks, 2020", voice),
            ZooNetwork(
                "fusion", ["emotion", "vision", "vision.face", "audition", "audition.voice"], ["emotion recognition"],
                "both of them, their features joined",
                try NetworkDescription.fused(
                    name: "FaceAndVoice", branches: [("face", try faces(classes: nil)), ("voice", voice)], classes: 7)),
            ZooNetwork(
                "TextCNN", ["emotion", "language", "language.semantics"], ["emotion recognition"],
                "Kim, Convolutional neural networks for sentence classification, 2014, with six basic emotions",
                try sentences("TextCNN-emotion", classes: 6)),
        ]
    }

    /// - Parameter classes: Number of classes; nil for only the features.
    private static func faces(classes: Int?) throws -> NetworkDescription {
        var chain = LayerChain("mini-Xception", input: "face", shape: [1, 64, 64])
        for _ in 0..<2 { chain.convolve(8, 3) }
        for channels in [16, 32, 64, 128] {
            let input = chain.last
            chain.separate(channels, 3)
            chain.separate(channels, 3, activation: .none)
            chain.pool(2)
            let main = chain.last
            let shortcut = chain.convolve(channels, 1, stride: 2, activation: .none, from: input)
            chain.add("sum", .addition, from: [main, shortcut])
        }
        if let classes { chain.convolve(classes, 3, normalized: false, activation: .none) }
        chain.add("head", .globalAveragePooling)
        return try chain.finished()
    }

    /// Over 193 features of an utterance: cepstral coefficients, chroma, mel spectrum, contrast and tonal centroids.
    private static func voices() throws -> NetworkDescription {
        var chain = LayerChain("VoiceEmotion", input: "voice", shape: [1, 1, 193])
        chain.convolve(256, .time(5), normalized: false)
        chain.convolve(128, .time(5), normalized: false)
        chain.add("dropout", .dropout(rate: 0.1))
        chain.pool(.time(8))
        for _ in 0..<2 { chain.convolve(128, .time(5), normalized: false) }
        chain.add("dropout", .dropout(rate: 0.2))
        return try chain.classify(7, overMeans: false)
    }
}
