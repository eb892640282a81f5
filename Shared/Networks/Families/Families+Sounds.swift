extension StructureFamily {
    /// For waveforms, and for spectrograms as sequences of frames.
    static let sounds = [
        StructureFamily(
            "M5", [.waveform], areas: ["audition", "emotion"],
            source: "Dai et al., Very deep convolutional neural networks for raw waveforms, 2017, M5", build: m5),
        StructureFamily(
            "TC-ResNet", [.waveform, .spectrogram], areas: ["audition", "emotion"],
            source: "Choi et al., Temporal convolution for real-time keyword spotting, 2019", build: temporalResNet),
        StructureFamily(
            "CRNN", [.spectrogram], areas: ["audition", "emotion"],
            functions: ["classification", "emotion recognition"],
            source: "after Choi et al., Convolutional recurrent neural networks for music classification, 2017",
            build: recurrent),
    ]

    private static func m5(_ request: Request) throws -> NetworkDescription {
        var chain = request.chain
        try chain.row()
        // An odd window keeps the number of steps.
        let window = min(79, request.shape[1] / 2 * 2 + 1)
        chain.convolve(request.wide(64), .time(window), stride: .time(request.shape[1] > 2_000 ? 8 : 4))
        try chain.shorten()
        for channels in [64, 128, 128] {
            chain.convolve(request.wide(channels), .time(3))
            try chain.shorten()
        }
        chain.add("features", .globalAveragePooling)
        return try chain.end(request.outputs)
    }

    private static func temporalResNet(_ request: Request) throws -> NetworkDescription {
        var chain = request.chain
        let shape = request.shape
        if shape.count == 2 {
            try chain.row()
            chain.convolve(
                request.wide(16), .time(min(63, shape[1] / 2 * 2 + 1)), stride: .time(shape[1] > 2_000 ? 16 : 4))
        } else {
            // Bands are channels, so every window sees all frequencies.
            chain.add("bands", .reshape([shape[0] * shape[1], 1, shape[2]]))
            chain.convolve(request.wide(16), .time(3))
        }
        for channels in [24, 32, 48] {
            for block in 0..<request.deep(1) {
                try chain.residualBlock(request.wide(channels), stride: block == 0 ? .time(2) : 1, kernel: .time(9))
            }
        }
        chain.add("features", .globalAveragePooling)
        return try chain.end(request.outputs, dropout: 0.2)
    }

    private static func recurrent(_ request: Request) throws -> NetworkDescription {
        var chain = request.chain
        for channels in [16, 32, 32] {
            chain.convolve(request.wide(channels), 3)
            let shape = try chain.shape
            // The time axis is kept longer than the pitch axis.
            let step = Extent(height: min(2, shape[1]), width: shape[2] > 32 ? 2 : 1)
            if step != 1 { chain.pool(step) }
        }
        try chain.columns()
        chain.add("recurrent", .recurrent(.init(.gru, features: request.wide(32), isBidirectional: true)))
        chain.add("features", .sequencePooling(.attention))
        return try chain.end(request.outputs, dropout: 0.2)
    }
}

extension LayerChain {
    /// The maximum of every four steps, if there are that many.
    fileprivate mutating func shorten() throws {
        if try shape[2] >= 4 { pool(.time(4)) }
    }
}
