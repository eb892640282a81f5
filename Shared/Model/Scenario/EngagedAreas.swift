/// What a scenario engages of the brain, as far as it decides which structures are searched.
public struct EngagedAreas: Hashable, Sendable {
    /// Names of structures that belong to other areas alone, by modality.
    public var excluded: [String: Set<String>]
    /// Paths of the activated areas and sub-areas, such as `vision.face`; nil where all are.
    public var activated: Set<String>?

    /// Takes what an explanation says.
    public init(excluded: [String: Set<String>] = [:], activated: Set<String>? = nil) {
        self.excluded = excluded
        self.activated = activated
    }

    /// Everything.
    public static let all = EngagedAreas()
}
