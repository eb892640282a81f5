/// The areas of the brain that a scenario engages, as far as they decide which structures are searched.
public struct EngagedAreas: Hashable, Sendable {
    /// By modality, the names of structures that belong only to other areas.
    public var excluded: [String: Set<String>]
    /// Paths of the activated areas and sub-areas, such as `vision.face`; nil if all are activated.
    public var activated: Set<String>?

    /// Takes the areas from an explanation.
    public init(excluded: [String: Set<String>] = [:], activated: Set<String>? = nil) {
        self.excluded = excluded
        self.activated = activated
    }

    /// All areas.
    public static let all = EngagedAreas()
}
