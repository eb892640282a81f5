extension ZooNetwork {
    static func audition() throws -> [ZooNetwork] {
        let voice = ["audition", "audition.voice"]
        return [
            ZooNetwork(
                "M5", voice, ["keyword spotting"],
                "Dai et al., Very deep convolutional neural networks for raw waveforms, 2017, M5", try waveform()),
            ZooNetwork(
                "DS-CNN", voice, ["keyword spotting"], "Zhang et al., Hello edge, 2017; MLPerf Tiny, keyword spotting",
                try separableKeywords()),
            ZooNetwork(
                "CNN-trad", voice, ["keyword spotting"],
                "Sainath and Parada, Convolutional neural networks for small-footprint keyword spotting, 2015",
                try traditionalKeywords()),
            ZooNetwork(
                "TC-ResNet", ["audition", "audition.voice", "language", "language.speech"], ["keyword spotting"],
                "Choi et al., Temporal convolution for real-time keyword spotting, 2019, TC-ResNet8",
                try temporalResNet()),
            ZooNetwork(
                "CREPE", ["audition", "audition.pitch"], ["pitch estimation"],
                "Kim et al., CREPE: a convolutional representation for pitch estimation, 2018, tiny", try pitch()),
            ZooNetwork(
                "FCN", ["audition", "audition.music"], ["music tagging"],
                "Choi et al., Automatic tagging using deep convolutional neural networks, 2016, FCN-4", try tagging()),
        ]
    }

    private static func waveform() throws -> NetworkDescription {
        var chain = LayerChain("M5", input: "audio", shape: [1, 1, 8000])
        chain.convolve(128, .time(80), stride: .time(4))
        chain.pool(.time(4))
        for channels in [128, 256, 512] {
            chain.convolve(channels, .time(3))
            chain.pool(.time(4))
        }
        return try chain.classify(10)
    }

    private static func separableKeywords() throws -> NetworkDescription {
        var chain = LayerChain("DS-CNN-S", input: "audio", shape: [1, 49, 10])
        chain.convolve(64, Extent(height: 10, width: 4), stride: 2)
        for _ in 0..<4 {
            chain.convolve(64, 3, groups: 64)
            chain.convolve(64, 1)
        }
        return try chain.classify(12, dropout: 0.2)
    }

    private static func traditionalKeywords() throws -> NetworkDescription {
        var chain = LayerChain("CNN-trad-fpool3", input: "audio", shape: [1, 32, 40])
        chain.convolve(64, Extent(height: 20, width: 8), padding: 0, normalized: false)
        chain.pool(.time(3))
        chain.convolve(64, Extent(height: 10, width: 4), padding: 0, normalized: false)
        chain.add("features", .flatten)
        chain.linear(32, activation: .none)
        chain.linear(128)
        chain.linear(4, activation: .none)
        return try chain.finished()
    }

    /// Coefficients are channels, so every window sees all frequencies.
    private static func temporalResNet() throws -> NetworkDescription {
        var chain = LayerChain("TC-ResNet8", input: "audio", shape: [40, 1, 101])
        chain.convolve(16, .time(3), normalized: false, activation: .none)
        for channels in [24, 32, 48] {
            let input = chain.last
            chain.convolve(channels, .time(9), stride: .time(2))
            let main = chain.convolve(channels, .time(9), activation: .none)
            let shortcut = chain.convolve(channels, 1, stride: .time(2), from: input)
            chain.add("sum", .addition, from: [main, shortcut])
            chain.add("activation", .relu)
        }
        return try chain.classify(12, dropout: 0.5)
    }

    private static func pitch() throws -> NetworkDescription {
        var chain = LayerChain("CREPE-tiny", input: "audio", shape: [1, 1, 1024])
        for (number, channels) in [128, 16, 16, 16, 32, 64].enumerated() {
            let isFirst = number == 0
            chain.convolve(channels, .time(isFirst ? 512 : 64), stride: .time(isFirst ? 4 : 1))
            chain.pool(.time(2))
            chain.add("dropout", .dropout(rate: 0.25))
        }
        chain.add("features", .flatten)
        chain.linear(360, activation: .none)
        chain.add("head", .sigmoid)
        return try chain.finished()
    }

    private static func tagging() throws -> NetworkDescription {
        var chain = LayerChain("FCN-4", input: "audio", shape: [1, 96, 1366])
        let stages = [
            (128, Extent(height: 2, width: 4)), (384, Extent(height: 4, width: 5)), (768, Extent(height: 3, width: 8)),
            (2048, Extent(height: 4, width: 8)),
        ]
        for (channels, window) in stages {
            chain.convolve(channels, 3)
            chain.pool(window)
        }
        chain.add("features", .flatten)
        chain.linear(50, activation: .none)
        chain.add("head", .sigmoid)
        return try chain.finished()
    }
}
