import Model

/// Builds a network layer after layer, with side branches where a layer's input is named.
struct LayerChain {
    private(set) var network: NetworkDescription
    /// The layer or input that the next layer reads.
    var last: String
    private var counts: [String: Int] = [:]

    /// What follows a convolution.
    enum Activation {
        case none
        case relu
        case leaky
    }

    init(_ name: String, input: String, shape: [Int]) {
        network = NetworkDescription(name: name, inputs: [.init(name: input, shape: shape)], layers: [])
        last = input
    }

    /// Adds a layer under the next number of its word, reading the layer before it unless others are named.
    @discardableResult
    mutating func add(_ word: String, _ operation: Layer.Operation, from inputs: [String]? = nil) -> String {
        counts[word, default: 0] += 1
        let name = "\(word)\(counts[word, default: 1])"
        network.layers.append(Layer(name, operation, from: inputs ?? [last]))
        last = name
        return name
    }

    /// Adds a convolution with batch normalisation and activation.
    @discardableResult
    mutating func convolve(
        _ channels: Int, _ kernel: Extent, stride: Extent = 1, padding: Extent? = nil, groups: Int = 1,
        normalized: Bool = true, activation: Activation = .relu, from input: String? = nil
    ) -> String {
        let settings = Convolution(
            channels: channels, kernel: kernel, stride: stride, padding: padding, groups: groups, bias: !normalized)
        add("convolution", .convolution(settings), from: input.map { [$0] })
        return finish(normalized, activation)
    }

    /// Adds a convolution of each channel by itself, then one over channels, with batch normalisation and activation.
    @discardableResult
    mutating func separate(
        _ channels: Int, _ kernel: Extent, stride: Extent = 1, activation: Activation = .relu
    ) -> String {
        add(
            "separable", .separableConvolution(.init(channels: channels, kernel: kernel, stride: stride, bias: false)))
        return finish(true, activation)
    }

    private mutating func finish(_ normalized: Bool, _ activation: Activation) -> String {
        if normalized { add("normalization", .batchNormalization()) }
        switch activation {
        case .none: break
        case .relu: add("activation", .relu)
        case .leaky: add("activation", .leakyRelu())
        }
        return last
    }

    mutating func pool(_ kernel: Extent, stride: Extent? = nil) {
        add("pooling", .maximumPooling(kernel: kernel, stride: stride ?? kernel))
    }

    mutating func linear(_ features: Int, activation: Activation = .relu) {
        add("linear", .linear(features: features))
        if case .relu = activation { add("activation", .relu) }
    }

    /// Ends with a linear classifier, over the means of channels or over all values.
    mutating func classify(_ classes: Int, overMeans: Bool = true, dropout: Double = 0) throws -> NetworkDescription {
        add("features", overMeans ? .globalAveragePooling : .flatten)
        if dropout > 0 { add("dropout", .dropout(rate: dropout)) }
        add("head", .linear(features: classes))
        return try finished()
    }

    func finished() throws -> NetworkDescription {
        _ = try network.validate()
        return network
    }
}

extension Extent {
    /// A window over time: one row, so many columns.
    static func time(_ width: Int) -> Extent { Extent(height: 1, width: width) }
}
