import Model

/// Adds layers one by one; each reads the previous one.
struct StackBuilder {
    private(set) var network: NetworkDescription
    private let width: Double
    private let normalized: Bool
    private var last: String
    private var stages = 0

    init(name: String, input: String, shape: [Int], width: Double, normalized: Bool) throws {
        guard width > 0, width <= 1024 else {
            throw Failure(
                .invalidArgument, "Network '\(name)' has width \(width); it must be above 0 and at most 1024.")
        }
        self.network = NetworkDescription(name: name, inputs: [.init(name: input, shape: shape)], layers: [])
        self.width = width
        self.normalized = normalized
        self.last = input
    }

    mutating func add(_ name: String, _ operation: Layer.Operation) {
        network.layers.append(Layer(name, operation, from: last))
        last = name
    }

    mutating func add(_ stage: Stage) {
        let channels = stage.isScaled ? max(1, Int((Double(stage.channels) * width).rounded())) : stage.channels
        let settings = Convolution(channels: channels, kernel: Extent(stage.kernel), bias: !normalized)
        add(stage.isSeparable ? .separableConvolution(settings) : .convolution(settings), isPooled: stage.isPooled)
    }

    /// Convolution, pooling, normalization, leaky ReLU. Pooling comes before the last two: the result is the same for a
    /// quarter of the work, because both preserve the order of values (normalization, if its weight is positive).
    mutating func add(_ convolution: Layer.Operation, isPooled: Bool) {
        stages += 1
        add("convolution\(stages)", convolution)
        if isPooled { add("pooling\(stages)", .maximumPooling(kernel: 2, stride: 2)) }
        if normalized { add("normalization\(stages)", .batchNormalization()) }
        add("activation\(stages)", .leakyRelu())
    }
}
