public import Model
public import Schema

/// The structure of a network without weights.
public struct BaseNetwork: Hashable, Sendable {
    /// Digest of the canonical description; nil lets the registry compute it.
    public var id: BlobDigest?
    /// Model name, such as `LeNet5`.
    public var name: String
    /// Category in the sense of table 1, such as `LeNet` or `fusion`.
    public var category: String
    /// Functional areas that the network serves, such as `vision`.
    public var areas: [String]
    /// Functions in the sense of table 1, such as `classification`.
    public var functions: [String]
    /// Number of trainable parameters; counted by the registry.
    public var parameters: UInt64
    /// Multiply-accumulate operations for one sample; counted by the registry.
    public var operations: UInt64
    /// Description in canonical JSON; empty in lists.
    public var description: String

    /// Makes a base network.
    public init(
        id: BlobDigest? = nil, name: String, category: String, areas: [String], functions: [String],
        parameters: UInt64 = 0, operations: UInt64 = 0, description: String
    ) {
        self.id = id
        self.name = name
        self.category = category
        self.areas = areas
        self.functions = functions
        self.parameters = parameters
        self.operations = operations
        self.description = description
    }

    /// The network that was received.
    public init(_ wire: Wire.BaseNetwork) throws {
        self.init(
            id: wire.id.isEmpty ? nil : try BlobDigest(wire.id), name: wire.name, category: wire.category,
            areas: wire.areas, functions: wire.functions, parameters: wire.parameters, operations: wire.operations,
            description: wire.description)
    }
}

extension Wire.BaseNetwork {
    /// The network as it is sent.
    public init(_ network: BaseNetwork) {
        self.init(
            id: network.id?.hexadecimal ?? "", name: network.name, category: network.category, areas: network.areas,
            functions: network.functions, parameters: network.parameters, operations: network.operations,
            description: network.description)
    }
}
