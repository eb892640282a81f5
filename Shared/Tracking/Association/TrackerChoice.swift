/// A kind of tracker with its settings.
public enum TrackerChoice: Hashable, Sendable {
    /// Motion and overlap.
    case sort(SORT.Settings)
    /// Appearance within the limits of motion.
    case deepSORT(DeepSORT.Settings)
    /// Observations before predictions, uncertain detections last.
    case observationCentric(ObservationCentricSORT.Settings)

    /// Every kind with the settings of its paper.
    public static let defaults: [TrackerChoice] = [
        .sort(.init()), .deepSORT(.init()), .observationCentric(.init()),
    ]

    /// Maximum number of frames that a track may survive without being seen.
    public static let greatestAge = 10_000

    /// Name of the kind on the command line.
    public var name: String {
        switch self {
        case .sort: "sort"
        case .deepSORT: "deep-sort"
        case .observationCentric: "oc-sort"
        }
    }

    /// A new tracker.
    public func tracker() -> any Tracker {
        switch self {
        case .sort(let settings): SORT(settings)
        case .deepSORT(let settings): DeepSORT(settings)
        case .observationCentric(let settings): ObservationCentricSORT(settings)
        }
    }
}

extension TrackerChoice: Codable {
    private enum Keys: CodingKey { case kind, settings }

    /// Reads the name of a kind and its settings.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        let kind = try container.decode(String.self, forKey: .kind)
        switch Self.defaults.first(where: { $0.name == kind }) {
        case .sort?: self = .sort(try container.decode(SORT.Settings.self, forKey: .settings))
        case .deepSORT?: self = .deepSORT(try container.decode(DeepSORT.Settings.self, forKey: .settings))
        case .observationCentric?:
            self = .observationCentric(try container.decode(ObservationCentricSORT.Settings.self, forKey: .settings))
        case nil:
            let names = Self.defaults.map(\.name).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container,
                debugDescription: "there is no tracker '\(kind)'; known trackers: \(names)")
        }
    }

    /// Writes the name of the kind and its settings.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(name, forKey: .kind)
        switch self {
        case .sort(let settings): try container.encode(settings, forKey: .settings)
        case .deepSORT(let settings): try container.encode(settings, forKey: .settings)
        case .observationCentric(let settings): try container.encode(settings, forKey: .settings)
        }
    }
}
