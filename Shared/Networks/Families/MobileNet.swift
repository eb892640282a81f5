/// Networks for small devices (Sandler et al. 2018; Howard et al. 2019).
enum MobileNet {
    static func second(_ request: StructureFamily.Request) throws -> NetworkDescription {
        var chain = request.chain
        chain.convolve(divisible(32, request), 3, stride: first(request), activation: .relu6)
        let stages = [
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
        ]
        for (factor, channels, blocks, stride) in stages {
            for block in 0..<request.deep(blocks) {
                try chain.invertedResidual(
                    divisible(channels, request), expanded: factor * chain.shape[0], stride: block == 0 ? stride : 1)
            }
        }
        chain.convolve(max(1280, divisible(1280, request)), 1, activation: .relu6)
        chain.add("features", .globalAveragePooling)
        return try chain.end(request.outputs, dropout: 0.2)
    }

    /// The small network of version 3.
    static func third(_ request: StructureFamily.Request) throws -> NetworkDescription {
        var chain = request.chain
        chain.normalization = .batchNormalization(momentum: 0.01, epsilon: 1e-3)
        chain.convolve(divisible(16, request), 3, stride: first(request), activation: .hardSwish)
        for row in rows {
            let expanded = divisible(row.expanded, request)
            try chain.invertedResidual(
                divisible(row.channels, request), expanded: expanded, kernel: Extent(row.kernel), stride: row.stride,
                squeezed: row.isSqueezed ? divisible(Double(expanded) / 4) : nil, activation: row.activation)
        }
        chain.convolve(try 6 * chain.shape[0], 1, activation: .hardSwish)
        chain.add("features", .globalAveragePooling)
        chain.linear(divisible(1024, request), activation: .hardSwish)
        return try chain.end(request.outputs, dropout: 0.2)
    }

    private struct Row {
        let kernel: Int, expanded: Int, channels: Int, isSqueezed: Bool, activation: Layer.Operation, stride: Int
    }

    private static let rows = [
        Row(kernel: 3, expanded: 16, channels: 16, isSqueezed: true, activation: .relu, stride: 2),
        Row(kernel: 3, expanded: 72, channels: 24, isSqueezed: false, activation: .relu, stride: 2),
        Row(kernel: 3, expanded: 88, channels: 24, isSqueezed: false, activation: .relu, stride: 1),
        Row(kernel: 5, expanded: 96, channels: 40, isSqueezed: true, activation: .hardSwish, stride: 2),
        Row(kernel: 5, expanded: 240, channels: 40, isSqueezed: true, activation: .hardSwish, stride: 1),
        Row(kernel: 5, expanded: 240, channels: 40, isSqueezed: true, activation: .hardSwish, stride: 1),
        Row(kernel: 5, expanded: 120, channels: 48, isSqueezed: true, activation: .hardSwish, stride: 1),
        Row(kernel: 5, expanded: 144, channels: 48, isSqueezed: true, activation: .hardSwish, stride: 1),
        Row(kernel: 5, expanded: 288, channels: 96, isSqueezed: true, activation: .hardSwish, stride: 2),
        Row(kernel: 5, expanded: 576, channels: 96, isSqueezed: true, activation: .hardSwish, stride: 1),
        Row(kernel: 5, expanded: 576, channels: 96, isSqueezed: true, activation: .hardSwish, stride: 1),
    ]

    /// The first stride for pictures of at least 64 pixels; smaller ones keep their size.
    private static func first(_ request: StructureFamily.Request) -> Extent { request.side >= 64 ? 2 : 1 }

    private static func divisible(_ channels: Int, _ request: StructureFamily.Request) -> Int {
        divisible(Double(channels) * request.width)
    }

    /// The nearest multiple of 8 that is at least nine tenths of a number.
    private static func divisible(_ value: Double) -> Int {
        let nearest = max(8, Int(value + 4) / 8 * 8)
        return Double(nearest) < 0.9 * value ? nearest + 8 : nearest
    }
}
