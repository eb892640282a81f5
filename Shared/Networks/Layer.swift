/// One layer of a network: what it computes, and from what.
public struct Layer: Hashable, Sendable {
    /// Name, unique in the network; dots make a hierarchy, such as `image.convolution1`.
    public var name: String
    /// What it computes.
    public var operation: Operation
    /// Names of the layers or network inputs that it reads.
    public var inputs: [String]

    /// Makes a layer.
    public init(_ name: String, _ operation: Operation, from inputs: [String]) {
        self.name = name
        self.operation = operation
        self.inputs = inputs
    }

    /// Makes a layer with one input.
    public init(_ name: String, _ operation: Operation, from input: String) {
        self.init(name, operation, from: [input])
    }
}

/// A height and a width, such as those of a kernel; written as one number where both are equal.
public struct Extent: Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// Makes an extent.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// Makes a square.
    public init(_ side: Int) { self.init(height: side, width: side) }

    /// Makes a square.
    public init(integerLiteral side: Int) { self.init(side) }
}

extension Layer {
    /// What a layer computes.
    public enum Operation: Hashable, Sendable {
        /// A two-dimensional convolution.
        case convolution(Convolution)
        /// A convolution of each channel by itself followed by a 1×1 convolution over channels.
        case separableConvolution(Convolution)
        /// A vector for each of a row of words, which are numbers from 0 to `vocabulary` − 1; a number beyond counts as the
        /// nearest one. `[length]` becomes `[features, 1, length]`, over which 1×n convolutions go.
        case embedding(vocabulary: Int, features: Int)
        /// Normalisation of each channel over the mini-batch; running figures in evaluation.
        case batchNormalization(momentum: Double = 0.1, epsilon: Double = 1e-5)
        /// A matrix product over the last dimension.
        case linear(features: Int, bias: Bool = true)
        /// Largest value of each window.
        case maximumPooling(kernel: Extent, stride: Extent)
        /// Mean of each window.
        case averagePooling(kernel: Extent, stride: Extent)
        /// Mean of each channel, as a vector.
        case globalAveragePooling
        /// max(x, 0).
        case relu
        /// x above zero, slope·x below.
        case leakyRelu(slope: Double = 0.01)
        /// 1 / (1 + e^−x).
        case sigmoid
        /// Sets values to zero at random while training.
        case dropout(rate: Double)
        /// All values of a sample as one vector.
        case flatten
        /// Bilinear resizing.
        case resize(Extent)
        /// Inputs one after another along channels or features.
        case concatenation
        /// Sum of the inputs.
        case addition
        /// Product of the inputs, place by place.
        case multiplication
        /// Sum of the inputs, each with a learned weight; the weights are a softmax, so they are positive and sum to 1.
        case weightedSum
        /// Sum of all inputs but the first, weighted by the softmax of the first, a vector with one number for each of
        /// them: attention that depends on the sample.
        case attention
    }
}

/// The settings of a convolution.
public struct Convolution: Hashable, Sendable {
    /// Channels that come out.
    public var channels: Int
    /// Size of the kernel.
    public var kernel: Extent
    /// Step between windows.
    public var stride: Extent
    /// Zeros added on each side.
    public var padding: Extent
    /// Groups of channels that do not see each other.
    public var groups: Int
    /// Whether a number is added to each channel.
    public var bias: Bool

    /// Makes the settings; where padding is left out, odd kernels keep height and width at stride 1.
    public init(
        channels: Int, kernel: Extent, stride: Extent = 1, padding: Extent? = nil, groups: Int = 1, bias: Bool = true
    ) {
        self.channels = channels
        self.kernel = kernel
        self.stride = stride
        self.padding = padding ?? Extent(height: kernel.height / 2, width: kernel.width / 2)
        self.groups = groups
        self.bias = bias
    }
}
