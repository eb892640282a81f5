/// The four networks of the source paper's table 6, each a stack of convolutions with a linear classifier on top.
///
/// **Reading of the table.** Every convolution keeps height and width (zeros of half its kernel around) and is followed by
/// 2×2 maximum pooling, batch normalisation and leaky ReLU. Pooling 112 seven times leaves nothing, and SparseNet has
/// seven convolutions: its `1 → 1` one sees a single pixel, has no neighbourhood to summarise and is therefore not pooled.
/// Six poolings take 112 to 56, 28, 14, 7, 3 and exactly 1, so its classifier reads 128 features.
///
/// **Input of another size.** LeNet3 takes images as they are (28×28 and 112×112 are both in the table). The others are
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

    /// Side of the square input that the table gives for all but LeNet3.
    public static let side = 112

    /// The network for an input.
    /// - Parameters:
    ///   - input: Name of the network's input.
    ///   - shape: Its shape, `[channels, height, width]`.
    ///   - classes: Number of classes.
    ///   - width: Multiplies the channels of every convolution except SparseNet's bottleneck; at least one remains.
    ///   - normalized: Whether batch normalisation follows each pooling.
    /// - Throws: `Failure` where the shape or the width do not fit.
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
                + [(5, 8), (3, 16), (3, 32), (3, 64), (3, 128)].map { Stage($0.0, $0.1, isSeparable: true) }
        }
    }
}

/// One row of the table: a convolution with what follows it.
struct Stage {
    let kernel: Int
    let channels: Int
    var isSeparable = false
    var isPooled = true
    var isScaled = true

    init(_ kernel: Int, _ channels: Int, isSeparable: Bool = false) {
        self.kernel = kernel
        self.channels = channels
        self.isSeparable = isSeparable
    }

    init(bottleneck channels: Int) {
        self.kernel = 1
        self.channels = channels
        self.isPooled = false
        self.isScaled = false
    }
}
