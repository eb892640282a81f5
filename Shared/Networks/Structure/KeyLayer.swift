/// A layer that makes the structure of a network.
public struct KeyLayer: Hashable, Sendable, Codable {
    /// Why a layer is one.
    public enum Role: String, Hashable, Sendable, Codable, CaseIterable {
        /// The first layer with weights behind an input.
        case entry
        /// Where branches meet: it reads what comes from different inputs.
        case fusion
        /// The convolution with the fewest channels, where that is fewer than what enters it.
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
    /// Shape of what it gives for one sample; empty where unknown.
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
