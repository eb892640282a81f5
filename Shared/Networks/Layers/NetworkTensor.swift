/// A tensor that belongs to a network: a trained parameter or a running statistic.
public struct NetworkTensor: Hashable, Sendable {
    /// How its initial values are chosen.
    public enum Initialization: Hashable, Sendable {
        /// The same value everywhere.
        case constant(Float)
        /// Uniform between −bound and bound.
        case uniform(bound: Float)
    }

    /// Name: the layer's with `weight`, `bias`, `running_mean` and so on, such as `image.convolution1.weight`.
    public let name: String
    /// Size along each dimension.
    public let shape: [Int]
    /// Whether the optimizer updates it.
    public let isTrained: Bool
    /// Its initial values.
    public let initialization: Initialization

    /// Number of elements.
    public var elementCount: Int { shape.reduce(1, *) }
}
