/// The four networks of the source paper's table 6, each a stack of convolutions with a linear classifier on top.
///
/// **Interpretation of the table.** Every convolution keeps height and width (zero padding of half its kernel) and is
/// followed by 2×2 maximum pooling, batch normalization and leaky ReLU. Pooling 112 seven times leaves nothing, and
/// SparseNet has seven convolutions. Two of them are not pooled here: the `1 → 1` one sees a single pixel and has no
/// neighborhood to summarize, and the last one's 3×3 pixels go to the classifier unchanged, like those of LeNet5 (1152
/// features).
///
/// **Why SparseNet does not train in the paper** (26 % on images, 48 % on audio, a spread of up to 6.5 %). Its second
/// convolution squeezes everything through one channel, and 11 more layers follow without any normalization. Measured
/// on 64 MNIST digits with 30 draws of PyTorch's default weights: in half of the draws that one channel is negative
/// nearly everywhere, where leaky ReLU passes a hundredth. Because the default weights shrink a signal in every layer,
/// the difference between two digits after the last stage is 8·10⁻⁶ (median; 10⁻⁷ at worst), compared to biases of 0.1.
/// The gradient of the first kernel is 5·10⁻⁵, and four epochs of SGD stay at 12.6 %, the share of the most common
/// digit. Weights that keep the signal's size (`NetworkDescription.tensors`) bring the median to 0.2, but the draws
/// with a dead channel stay at 0.004. Batch normalization, which moves the channel back around zero, gives at least
/// 0.63 in every draw. So all four networks are normalized here. That alone leaves training slow and dependent on luck
/// if the last convolution is pooled as well: a sixth pooling keeps one pixel and thus forgets where in the picture
/// something was, which for a spectrogram is the pitch. One epoch of 12,000 noisy digits then gave 20.6 and 44.2 % with
/// two seeds; without that pooling it gave 83.2 and 84.9 %.
/// (A linear bottleneck, a softer slope or more filters after the bottleneck changed little: 20 to 38 %.)
///
/// **Other input sizes.** LeNet3 takes images of any size (28×28 and 112×112 are both in the table). The others are
/// defined at 112×112; for another size the network begins with a bilinear resize.
public enum TableSix: String, CaseIterable, Sendable, Hashable, Codable {
    /// Convolutions 5 → 8, 3 → 16, 3 → 32.
    case leNet3 = "LeNet3"
    /// Convolutions 5 → 8, 3 → 16, 3 → 32, 3 → 64, 3 → 128.
    case leNet5 = "LeNet5"
    /// Convolutions 3 → 8, 3 → 16, 3 → 32, 3 → 64.
    case mediumNet = "MediumNet"
    /// Convolutions 3 → 12, 1 → 1, then depthwise-separable 5 → 8, 3 → 16, 3 → 32, 3 → 64, 3 → 128.
    case sparseNet = "SparseNet"

    /// Side of the square input that the table gives for all networks except LeNet3.
    public static let side = 112

    /// The network for an input.
    /// - Parameters:
    ///   - input: Name of the network's input.
    ///   - shape: The input's shape, `[channels, height, width]`.
    ///   - classes: Number of classes.
    ///   - width: Multiplies the channels of every convolution except SparseNet's bottleneck; at least one remains.
    ///   - normalized: Whether batch normalization follows each pooling.
    /// - Throws: `Failure` if the shape or the width does not fit.
    public func network(
        input: String = "input", shape: [Int], classes: Int, width: Double = 1, normalized: Bool = true
    ) throws -> NetworkDescription {
        var builder = try StackBuilder(
            name: width == 1 ? rawValue : "\(rawValue)×\(width)", input: input, shape: shape, width: width,
            normalized: normalized)
        if self != .leNet3, shape.count == 3, shape[1] != Self.side || shape[2] != Self.side {
            builder.add("resize", .resize(Extent(Self.side)))
        }
        for stage in stages { builder.add(stage) }
        builder.add("features", .flatten)
        builder.add("head", .linear(features: classes))
        _ = try builder.network.validate()
        return builder.network
    }

    var stages: [Stage] {
        switch self {
        case .leNet3: [Stage(5, 8), Stage(3, 16), Stage(3, 32)]
        case .leNet5: [Stage(5, 8), Stage(3, 16), Stage(3, 32), Stage(3, 64), Stage(3, 128)]
        case .mediumNet: [Stage(3, 8), Stage(3, 16), Stage(3, 32), Stage(3, 64)]
        case .sparseNet:
            [Stage(3, 12), Stage(bottleneck: 1)]
                + [(5, 8), (3, 16), (3, 32), (3, 64)].map { Stage($0.0, $0.1, isSeparable: true) }
                + [Stage(3, 128, isSeparable: true, isPooled: false)]
        }
    }
}

/// One row of the table: a convolution and the layers that follow it.
struct Stage {
    let kernel: Int
    let channels: Int
    var isSeparable = false
    var isPooled = true
    var isScaled = true

    init(_ kernel: Int, _ channels: Int, isSeparable: Bool = false, isPooled: Bool = true) {
        self.kernel = kernel
        self.channels = channels
        self.isSeparable = isSeparable
        self.isPooled = isPooled
    }

    init(bottleneck channels: Int) {
        self.kernel = 1
        self.channels = channels
        self.isPooled = false
        self.isScaled = false
    }
}
