import Model

/// The base networks that every new registry has: small standard networks for each area.
///
/// Each follows the publication that its `source` names. If a layer of the original cannot be described (padding that
/// differs between sides, or a final softmax, which is part of the loss here), the nearest possible layer replaces it.
public struct ZooNetwork: Hashable, Sendable {
    /// Family, such as `ResNet`.
    public let category: String
    /// Functional areas and sub-areas that it serves, such as `vision` and `vision.object`.
    public let areas: [String]
    /// What it does, such as `classification`.
    public let functions: [String]
    /// The publication that first described it.
    public let source: String
    /// Its layers.
    public let network: NetworkDescription

    init(
        _ category: String, _ areas: [String], _ functions: [String], _ source: String, _ network: NetworkDescription
    ) {
        self.category = category
        self.areas = areas
        self.functions = functions
        self.source = source
        self.network = network
    }

    /// All base networks, area by area.
    public static var all: [ZooNetwork] {
        get throws {
            let published = try vision() + audition() + language() + emotion()
            let known = Set(published.map(\.network.name))
            return try published + families().filter { !known.contains($0.network.name) }
        }
    }

    /// One network per family that serves areas; the family's areas can be changed under the network's name.
    private static func families() throws -> [ZooNetwork] {
        try StructureFamily.all.filter { !$0.areas.isEmpty }.map { family in
            let form = family.forms.contains(.picture) ? .picture : family.forms.min { $0.rawValue < $1.rawValue }
            let isLarge = family.usualForms.isEmpty
            let network = try family.network(
                input: "input", (form ?? .picture).zooInput(isLarge: isLarge), outputs: isLarge ? 1_000 : 10)
            return ZooNetwork(family.category, family.areas, family.functions, family.source, network)
        }
    }
}
