/// Densely connected networks (Huang et al. 2017): every layer reads all previous layers.
enum DenseNet {
    /// Three blocks of four layers that add 12 channels each.
    static func small(_ request: StructureFamily.Request) throws -> NetworkDescription {
        var chain = request.chain
        chain.stem(request.wide(24), of: request)
        let blocks = Array(repeating: request.deep(3), count: 3)
        return try network(&chain, blocks, growth: request.wide(12), bottleneck: nil, request.outputs)
    }

    /// DenseNet-121 at width and depth 1.
    static func published(_ request: StructureFamily.Request) throws -> NetworkDescription {
        var chain = request.chain
        chain.largeStem(request.wide(64), of: request)
        let growth = request.wide(32)
        return try network(
            &chain, [6, 12, 24, 16].map { request.deep($0) }, growth: growth, bottleneck: 4 * growth, request.outputs)
    }

    private static func network(
        _ chain: inout LayerChain, _ blocks: [Int], growth: Int, bottleneck: Int?, _ outputs: Int
    ) throws -> NetworkDescription {
        for (number, layers) in blocks.enumerated() {
            for _ in 0..<layers {
                let input = chain.last
                if let bottleneck { chain.normalizeAndConvolve(bottleneck, 1) }
                chain.normalizeAndConvolve(growth, 3)
                chain.add("concatenation", .concatenation, from: [input, chain.last])
            }
            guard number < blocks.count - 1 else { break }
            let shape = try chain.shape
            chain.normalizeAndConvolve(max(1, shape[0] / 2), 1)
            if min(shape[1], shape[2]) > 1 { chain.add("pooling", .averagePooling(kernel: 2, stride: 2)) }
        }
        chain.add("normalization", chain.normalization)
        chain.add("activation", .relu)
        chain.add("features", .globalAveragePooling)
        return try chain.end(outputs)
    }
}

extension LayerChain {
    fileprivate mutating func normalizeAndConvolve(_ channels: Int, _ kernel: Extent) {
        add("normalization", normalization)
        add("activation", .relu)
        add("convolution", .convolution(.init(channels: channels, kernel: kernel, bias: false)))
    }
}
