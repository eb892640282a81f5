/// A functional area or a sub-area: functions of the brain that belong together, and their regions.
///
/// Its identity remains when it is renamed, tied to other functions or regions, or recomputed from another atlas, so
/// that networks stay with it.
public struct Area: Hashable, Sendable, Codable, Identifiable {
    /// The origin of an area.
    public enum Origin: String, Hashable, Sendable, Codable {
        /// The rule, from an atlas.
        case atlas
        /// A person.
        case user
    }

    /// Identity; never used again.
    public let id: Int
    /// Its own name, such as `motion`.
    public var name: String
    /// The area that it is part of; nil for an area.
    public var parent: Int?
    /// Names of the functions that it is tied to.
    public var functions: [String]
    /// Regions that a person tied to it by name, with strengths; 0 removes a region that the functions give.
    public var regions: [String: Double]
    /// Whether it has only the regions that no other sub-area of its area has.
    public var isRest: Bool
    /// Who made it.
    public var origin: Origin

    /// Makes an area.
    public init(
        id: Int, name: String, parent: Int? = nil, functions: [String], regions: [String: Double] = [:],
        isRest: Bool = false, origin: Origin = .user
    ) {
        self.id = id
        self.name = name
        self.parent = parent
        self.functions = functions
        self.regions = regions
        self.isRest = isRest
        self.origin = origin
    }
}
