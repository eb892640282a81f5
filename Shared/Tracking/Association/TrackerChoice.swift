/// A kind of tracker with its settings.
public enum TrackerChoice: Hashable, Sendable, Codable {
    /// Motion and overlap.
    case sort(SORT.Settings)
    /// Appearance within the reach of motion.
    case deepSORT(DeepSORT.Settings)
    /// Observations before predictions, unsure detections last.
    case observationCentric(ObservationCentricSORT.Settings)

    /// Every kind with the settings of its paper.
    public static let defaults: [TrackerChoice] = [
        .sort(.init()), .deepSORT(.init()), .observationCentric(.init()),
    ]

    /// Most frames for which a track may live without being seen.
    public static let greatestAge = 10_000

    /// Name of the kind, as the command line takes it.
    public var name: String {
        switch self {
        case .sort: "sort"
        case .deepSORT: "deep-sort"
        case .observationCentric: "oc-sort"
        }
    }

    /// A tracker that has seen nothing.
    public func tracker() -> any Tracker {
        switch self {
        case .sort(let settings): SORT(settings)
        case .deepSORT(let settings): DeepSORT(settings)
        case .observationCentric(let settings): ObservationCentricSORT(settings)
        }
    }
}
