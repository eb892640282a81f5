public import Foundation
public import Model
public import Networks
package import Schema

/// The structure of a network without weights.
public struct BaseNetwork: Hashable, Sendable {
    /// Format of networks that are described layer by layer; these can be trained.
    public static let ownFormat = "gyrus"
    /// Format of structures added by users, for inputs of any size; each is a `StructureTemplate`.
    public static let structureFormat = "structure"

    /// Digest of the canonical description; nil lets the registry compute it.
    public var id: BlobDigest?
    /// Model name, such as `LeNet5`.
    public var name: String
    /// Category as in table 1, such as `LeNet` or `fusion`.
    public var category: String
    /// Functional areas that the network serves, such as `vision`.
    public var areas: [String]
    /// Functions as in table 1, such as `classification`.
    public var functions: [String]
    /// Number of trainable parameters; counted by the registry.
    public var parameters: UInt64
    /// Multiply-accumulate operations for one sample; 0 if unknown; counted by the registry.
    public var operations: UInt64
    /// Description in canonical JSON; empty in lists.
    public var description: String
    /// `gyrus` if the description is a `NetworkDescription`, `structure` if it is a `StructureTemplate`; otherwise the
    /// format of the imported file, such as `onnx`, and the description is a `NetworkOutline`.
    public var format: String
    /// Structural features by name (see `NetworkStructure.Feature`), derived by the registry.
    public var features: [String: String]
    /// The layers that define the structure, derived by the registry.
    public var keyLayers: [KeyLayer]
    /// Registration time, set by the registry.
    public var created: Date?

    /// Makes a base network.
    public init(
        id: BlobDigest? = nil, name: String, category: String, areas: [String], functions: [String],
        parameters: UInt64 = 0, operations: UInt64 = 0, description: String, format: String = ownFormat,
        features: [String: String] = [:], keyLayers: [KeyLayer] = [], created: Date? = nil
    ) {
        self.id = id
        self.name = name
        self.category = category
        self.areas = areas
        self.functions = functions
        self.parameters = parameters
        self.operations = operations
        self.description = description
        self.format = format
        self.features = features
        self.keyLayers = keyLayers
        self.created = created
    }

    /// Decodes a received network.
    package init(_ wire: Wire.BaseNetwork) throws {
        self.init(
            id: wire.id.isEmpty ? nil : try BlobDigest(wire.id), name: wire.name, category: wire.category,
            areas: wire.areas, functions: wire.functions, parameters: wire.parameters, operations: wire.operations,
            description: wire.description, format: wire.format.isEmpty ? Self.ownFormat : wire.format,
            features: .init(wire.features), keyLayers: wire.keyLayers.compactMap(KeyLayer.init),
            created: wire.createdMicroseconds == 0 ? nil : Date(microseconds: wire.createdMicroseconds))
    }
}

extension Wire.BaseNetwork {
    /// The network in wire form.
    package init(_ network: BaseNetwork) {
        self.init(
            id: network.id?.hexadecimal ?? "", name: network.name, category: network.category, areas: network.areas,
            functions: network.functions, parameters: network.parameters, operations: network.operations,
            description: network.description, format: network.format, features: .init(network.features),
            keyLayers: network.keyLayers.map(Wire.KeyLayer.init),
            createdMicroseconds: network.created?.microseconds ?? 0)
    }
}

extension KeyLayer {
    /// Decodes a received layer; nil if a later version defined its role.
    fileprivate init?(_ wire: Wire.KeyLayer) {
        guard let role = Role(rawValue: wire.role) else { return nil }
        self.init(
            name: wire.name, kind: wire.kind, role: role, shape: wire.shape.map { Int(clamping: $0) },
            parameters: Int(clamping: wire.parameters))
    }
}

extension Wire.KeyLayer {
    fileprivate init(_ layer: KeyLayer) {
        self.init(
            name: layer.name, kind: layer.kind, role: layer.role.rawValue,
            shape: layer.shape.map { UInt64(clamping: $0) }, parameters: UInt64(clamping: layer.parameters))
    }
}
