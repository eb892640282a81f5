import Model

/// Builds a network layer by layer, with side branches where a layer's input is named explicitly.
struct LayerChain {
    private(set) var network: NetworkDescription
    /// The layer or input that the next layer reads.
    var last: String
    /// The activation after convolutions.
    var normalization = Layer.Operation.batchNormalization()
    private var counts: [String: Int] = [:]
    private var shapes: [String: [Int]]

    init(_ name: String, input: String, shape: [Int]) {
        network = NetworkDescription(name: name, inputs: [.init(name: input, shape: shape)], layers: [])
        last = input
        shapes = [input: shape]
    }

    /// The output shape of the last layer.
    /// - Throws: `Failure` if the layers so far do not fit together.
    var shape: [Int] {
        mutating get throws {
            for layer in network.layers where shapes[layer.name] == nil {
                do {
                    shapes[layer.name] = try layer.operation.rules.shape(from: layer.inputs.compactMap { shapes[$0] })
                } catch {
                    throw Failure(
                        .invalidArgument,
                        "Layer '\(layer.name)' (\(layer.operation.kind)) of '\(network.name)' \(error.what).")
                }
            }
            return shapes[last] ?? []
        }
    }

    /// Adds a layer named after its word and the next number. It reads the previous layer unless other inputs are
    /// named.
    @discardableResult
    mutating func add(_ word: String, _ operation: Layer.Operation, from inputs: [String]? = nil) -> String {
        counts[word, default: 0] += 1
        let name = "\(word)\(counts[word, default: 1])"
        network.layers.append(Layer(name, operation, from: inputs ?? [last]))
        last = name
        return name
    }

    /// Adds a convolution with batch normalization and activation.
    @discardableResult
    mutating func convolve(
        _ channels: Int, _ kernel: Extent, stride: Extent = 1, padding: Extent? = nil, groups: Int = 1,
        normalized: Bool = true, activation: Layer.Operation? = .relu, from input: String? = nil
    ) -> String {
        let settings = Convolution(
            channels: channels, kernel: kernel, stride: stride, padding: padding, groups: groups, bias: !normalized)
        add("convolution", .convolution(settings), from: input.map { [$0] })
        return finish(normalized, activation)
    }

    /// Adds a depthwise convolution, then one over channels, each with batch normalization and activation.
    @discardableResult
    mutating func separate(
        _ channels: Int, _ kernel: Extent, stride: Extent = 1, activation: Layer.Operation? = .relu
    ) -> String {
        add(
            "separable", .separableConvolution(.init(channels: channels, kernel: kernel, stride: stride, bias: false)))
        return finish(true, activation)
    }

    private mutating func finish(_ normalized: Bool, _ activation: Layer.Operation?) -> String {
        if normalized { add("normalization", normalization) }
        if let activation { add("activation", activation) }
        return last
    }

    mutating func pool(_ kernel: Extent, stride: Extent? = nil) {
        add("pooling", .maximumPooling(kernel: kernel, stride: stride ?? kernel))
    }

    mutating func linear(_ features: Int, activation: Layer.Operation? = .relu) {
        add("linear", .linear(features: features))
        if let activation { add("activation", activation) }
    }

    /// Ends the network with a linear classifier, over the means of channels or over all values.
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
    /// A window over time: one row and a given number of columns.
    static func time(_ width: Int) -> Extent { Extent(height: 1, width: width) }
}
