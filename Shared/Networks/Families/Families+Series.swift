extension StructureFamily {
    /// For measurements over time.
    static let series = [
        StructureFamily(
            "InceptionTime", [.series, .waveform], usual: [.series], areas: [],
            source: "Ismail Fawaz et al., InceptionTime: finding AlexNet for time series classification, 2020",
            build: inception),
        StructureFamily(
            "TCN", [.series, .waveform], usual: [.series], areas: [],
            source: "after Bai et al., An empirical evaluation of generic convolutional and recurrent networks, 2018",
            build: temporal),
        StructureFamily(
            "GRU", [.series, .waveform], usual: [.series], areas: [],
            source: "Cho et al., Learning phrase representations using RNN encoder-decoder, 2014", build: gated),
    ]

    private static func inception(_ request: Request) throws -> NetworkDescription {
        let channels = request.wide(16)
        var chain = request.chain
        try chain.row()
        try chain.shorten(to: 1_024, channels: channels)
        var beside = chain.last
        for module in 1...request.deep(3) {
            let input = chain.last
            let narrow =
                try chain.shape[0] > 1
                ? chain.convolve(channels, 1, normalized: false, activation: nil, from: input) : input
            var parts = [9, 19, 39].map { window in
                chain.convolve(channels, .time(window), normalized: false, activation: nil, from: narrow)
            }
            chain.add(
                "pooling", .maximumPooling(kernel: .time(3), stride: 1, padding: .init(height: 0, width: 1)),
                from: [input])
            parts.append(chain.convolve(channels, 1, normalized: false, activation: nil))
            chain.add("concatenation", .concatenation, from: parts)
            chain.add("normalization", chain.normalization)
            chain.add("activation", .relu)
            guard module.isMultiple(of: 3) else { continue }
            let main = chain.last
            let shortcut = chain.convolve(4 * channels, 1, activation: nil, from: beside)
            chain.add("sum", .addition, from: [main, shortcut])
            beside = chain.add("activation", .relu)
        }
        chain.add("features", .globalAveragePooling)
        return try chain.end(request.outputs)
    }

    /// Windows that reach twice as far in each block, until they cover everything.
    private static func temporal(_ request: Request) throws -> NetworkDescription {
        let channels = request.wide(32)
        var chain = request.chain
        try chain.row()
        try chain.shorten(to: 1_024, channels: channels)
        let length = try chain.shape[2]
        var distance = 1
        for _ in 0..<request.deep(6) where distance == 1 || 2 * distance < length {
            let input = chain.last, before = try chain.shape[0]
            for part in 0..<2 {
                let settings = Convolution(
                    channels: channels, kernel: .time(3), bias: false, dilation: .time(distance))
                chain.add("convolution", .convolution(settings))
                chain.add("normalization", chain.normalization)
                if part == 0 { chain.add("activation", .relu) }
            }
            let main = chain.last
            let shortcut = before == channels ? input : chain.convolve(channels, 1, activation: nil, from: input)
            chain.add("sum", .addition, from: [main, shortcut])
            chain.add("activation", .relu)
            distance *= 2
        }
        chain.add("features", .globalAveragePooling)
        return try chain.end(request.outputs)
    }

    private static func gated(_ request: Request) throws -> NetworkDescription {
        var chain = request.chain
        try chain.row()
        try chain.shorten(to: 128, channels: request.wide(32))
        try chain.columns()
        for _ in 0..<request.deep(1) {
            chain.add("recurrent", .recurrent(.init(.gru, features: request.wide(48), isBidirectional: true)))
        }
        chain.add("features", .sequencePooling(.attention))
        return try chain.end(request.outputs, dropout: 0.1)
    }
}

extension LayerChain {
    /// A convolution with a stride that leaves at most a given number of steps; none if there are no more than that.
    fileprivate mutating func shorten(to most: Int, channels: Int) throws {
        let length = try shape[2]
        guard length > most else { return }
        let step = (length + most - 1) / most
        convolve(channels, .time(2 * step + 1), stride: .time(step))
    }
}
