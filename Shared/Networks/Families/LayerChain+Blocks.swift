import Model

// Blocks that several families share.

extension LayerChain {
    /// Ends the network with a linear layer over a vector.
    mutating func end(_ outputs: Int, dropout: Double = 0) throws -> NetworkDescription {
        if dropout > 0 { add("dropout", .dropout(rate: dropout)) }
        add("head", .linear(features: outputs))
        return try finished()
    }

    /// A series or waveform `[channels, length]` as a plane of one row.
    mutating func row() throws {
        let shape = try shape
        add("row", .reshape([shape[0], 1, shape[1]]))
    }

    /// A plane `[channels, height, width]` as a sequence with one position per column.
    mutating func columns() throws {
        let shape = try shape
        add("columns", .transpose([2, 0, 1]))
        add("sequence", .reshape([shape[2], shape[0] * shape[1]]))
    }

    /// A sequence `[length, features]` as a plane of one row.
    mutating func rowOfSequence() throws {
        let shape = try shape
        add("channels", .transpose([1, 0]))
        add("row", .reshape([shape[1], 1, shape[0]]))
    }

    /// The largest value of each channel, as a vector.
    mutating func largest() throws {
        let shape = try shape
        add("pooling", .maximumPooling(kernel: Extent(height: shape[1], width: shape[2]), stride: 1))
        add("features", .flatten)
    }

    /// Two 3×3 convolutions in parallel with the input itself or with a 1×1 convolution of it.
    mutating func residualBlock(_ channels: Int, stride: Extent, kernel: Extent = 3) throws {
        let input = last, before = try shape
        convolve(channels, kernel, stride: stride)
        let main = convolve(channels, kernel, activation: nil)
        let shortcut =
            stride == 1 && before[0] == channels
            ? input : convolve(channels, 1, stride: stride, activation: nil, from: input)
        add("sum", .addition, from: [main, shortcut])
        add("activation", .relu)
    }

    /// A depthwise convolution between two 1×1 convolutions; the first one widens. The input is added if the
    /// shapes are equal (Sandler et al. 2018; with squeeze and excitation: Howard et al. 2019).
    /// - Parameter expanded: Channels in between. If they equal those of the input, there is no first convolution.
    mutating func invertedResidual(
        _ channels: Int, expanded: Int, kernel: Extent = 3, stride: Int, squeezed: Int? = nil,
        activation: Layer.Operation = .relu6
    ) throws {
        let input = last, before = try shape[0]
        if expanded != before { convolve(expanded, 1, activation: activation) }
        convolve(expanded, kernel, stride: Extent(stride), groups: expanded, activation: activation)
        if let squeezed {
            let plane = last
            add("squeeze", .globalAveragePooling)
            linear(squeezed, activation: .relu)
            linear(expanded, activation: .hardSigmoid)
            add("excitation", .multiplication, from: [plane, last])
        }
        convolve(channels, 1, activation: nil)
        if stride == 1, before == channels { add("sum", .addition, from: [input, last]) }
    }

    /// How a transformer block is built.
    struct Transformer {
        var heads: Int
        var hidden: Int
        /// Whether normalization comes before attention and linear layers, or after the sums.
        var isPreNormalized = true
        var epsilon = 1e-5
        var dropout = 0.0
        /// The input with the token numbers, if a sequence has any.
        var tokens: String?
    }

    /// Attention, then two linear layers over each position, each with a residual connection (Vaswani et al. 2017).
    mutating func transformerBlock(_ settings: Transformer) throws {
        let width = try shape[1]
        besides(settings) { chain in
            chain.add(
                "attention", .selfAttention(heads: settings.heads, dropout: settings.dropout),
                from: [chain.last] + [settings.tokens].compactMap { $0 })
        }
        besides(settings) { chain in
            chain.linear(settings.hidden, activation: .gelu)
            chain.linear(width, activation: nil)
            if settings.dropout > 0 { chain.add("dropout", .dropout(rate: settings.dropout)) }
        }
    }

    private mutating func besides(_ settings: Transformer, _ build: (inout LayerChain) -> Void) {
        let input = last, normalization = Layer.Operation.layerNormalization(epsilon: settings.epsilon)
        if settings.isPreNormalized { add("normalization", normalization) }
        build(&self)
        add("sum", .addition, from: [input, last])
        if !settings.isPreNormalized { add("normalization", normalization) }
    }
}
