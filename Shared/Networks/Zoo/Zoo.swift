import Model

/// The base networks that a registry has from the beginning: standard small ones for each area.
///
/// Each follows the publication that its `source` names. Where a layer of the original cannot be described (padding that
/// differs between sides, softmax at the end, which belongs to the loss here), the nearest one that can is taken.
public struct ZooNetwork: Hashable, Sendable {
    /// Family, such as `ResNet`.
    public let category: String
    /// Functional areas and sub-areas that it serves, such as `vision` and `vision.object`.
    public let areas: [String]
    /// What it does, such as `classification`.
    public let functions: [String]
    /// Who described it first, and where.
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

    /// All of them, area by area.
    public static var all: [ZooNetwork] {
        get throws { try vision() + audition() + language() + emotion() }
    }
}
