/// Residual networks (He et al. 2016).
enum ResNet {
    /// Three stages of 16, 32 and 64 channels.
    static func small(_ request: StructureFamily.Request) throws -> NetworkDescription {
        var chain = request.chain
        chain.stem(request.wide(16), of: request)
        for (stage, channels) in [16, 32, 64].map({ request.wide($0) }).enumerated() {
            for block in 0..<request.deep(1) {
                try chain.residualBlock(channels, stride: stage > 0 && block == 0 ? 2 : 1)
            }
        }
        chain.add("features", .globalAveragePooling)
        return try chain.end(request.outputs)
    }

    /// Four stages of 64 to 512 channels; blocks with a bottleneck output four times as many.
    static func published(
        _ request: StructureFamily.Request, blocks: [Int], hasBottlenecks: Bool = false
    ) throws -> NetworkDescription {
        var chain = request.chain
        chain.largeStem(request.wide(64), of: request)
        for (stage, count) in blocks.enumerated() {
            let channels = request.wide(64 << stage)
            for block in 0..<request.deep(count) {
                let stride: Extent = stage > 0 && block == 0 ? 2 : 1
                if hasBottlenecks {
                    try chain.bottleneckBlock(channels, stride: stride)
                } else {
                    try chain.residualBlock(channels, stride: stride)
                }
            }
        }
        chain.add("features", .globalAveragePooling)
        return try chain.end(request.outputs)
    }
}

extension LayerChain {
    /// The first layers of networks for ImageNet, which would reduce a small picture to nothing.
    mutating func largeStem(_ channels: Int, of request: StructureFamily.Request) {
        guard request.side >= 64 else {
            convolve(channels, 3)
            return
        }
        convolve(channels, 7, stride: 2)
        add("pooling", .maximumPooling(kernel: 3, stride: 2, padding: 1))
    }

    fileprivate mutating func bottleneckBlock(_ channels: Int, stride: Extent) throws {
        let input = last, before = try shape
        convolve(channels, 1)
        convolve(channels, 3, stride: stride)
        let main = convolve(4 * channels, 1, activation: nil)
        let shortcut =
            stride == 1 && before[0] == 4 * channels
            ? input : convolve(4 * channels, 1, stride: stride, activation: nil, from: input)
        add("sum", .addition, from: [main, shortcut])
        add("activation", .relu)
    }
}
