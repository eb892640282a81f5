import Model

extension NetworkDescription {
    /// Maximum height and width of the classifier's input from the last convolution.
    private static let grid = 4

    /// A chain of convolutions, each normalized and with leaky ReLU, with a linear classifier on top.
    ///
    /// The classifier reads means over a grid of at most 4×4 cells of the last plane. Its size therefore does not
    /// depend on strides, and it still knows where something was: in a spectrogram, that is the pitch.
    /// - Parameters:
    ///   - layers: The convolutions, at least one.
    ///   - name: Name of the network.
    ///   - input: Name of its input.
    ///   - shape: The input's shape, `[channels, height, width]`.
    ///   - classes: Number of classes.
    /// - Throws: `Failure` if the shape does not fit.
    public static func stack(
        of layers: [Convolution], named name: String, input: String, shape: [Int], classes: Int
    ) throws -> NetworkDescription {
        var builder = try StackBuilder(name: name, input: input, shape: shape, width: 1, normalized: true)
        for layer in layers { builder.add(.convolution(layer), isPooled: false) }
        let plane = try builder.network.outputShape.dropFirst()
        guard plane.count == 2, let height = plane.first, let width = plane.last else {
            throw Failure(.invalidArgument, "Network '\(name)' needs an input [channels, height, width], not \(shape).")
        }
        func field(_ side: Int) -> Int { (side + grid - 1) / grid }
        let kernel = Extent(height: field(height), width: field(width))
        if kernel != 1 { builder.add("means", .averagePooling(kernel: kernel, stride: kernel)) }
        builder.add("features", .flatten)
        builder.add("head", .linear(features: classes))
        _ = try builder.network.validate()
        return builder.network
    }
}
