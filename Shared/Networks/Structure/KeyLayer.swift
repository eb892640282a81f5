/// A layer that characterizes the structure of a network.
public struct KeyLayer: Hashable, Sendable, Codable {
    /// Why a layer is a key layer.
    public enum Role: String, Hashable, Sendable, Codable, CaseIterable {
        /// The first layer with weights after an input.
        case entry
        /// A layer where branches meet: its inputs depend on different network inputs.
        case fusion
        /// The convolution with the fewest channels, if these are fewer than its input channels.
        case bottleneck
        /// The layer with the most parameters.
        case largest
        /// The last layer.
        case output
    }

    /// Name of the layer.
    public var name: String
    /// What it computes, such as `convolution`.
    public var kind: String
    /// Why it is a key layer.
    public var role: Role
    /// Output shape for one sample; empty if unknown.
    public var shape: [Int]
    /// Its trainable parameters.
    public var parameters: Int

    /// Makes a key layer.
    public init(name: String, kind: String, role: Role, shape: [Int], parameters: Int) {
        self.name = name
        self.kind = kind
        self.role = role
        self.shape = shape
        self.parameters = parameters
    }
}
