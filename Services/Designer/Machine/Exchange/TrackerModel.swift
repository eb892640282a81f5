public import Model
public import Networks
public import Tracking

/// A tracker for the registry.
public struct TrackerModel: Hashable, Sendable {
    /// Format of base networks that are trackers.
    package static let format = "tracker"
    /// What trackers are called where a network has its family.
    package static let category = "tracker"

    /// Identity: the trial's.
    public var id: String
    /// Scenario that found it.
    public var scenario: String
    /// Detector, filter and tracker.
    public var value: TrackingSetup
    /// Artificial code.
    public var code: ArtificialCode
    /// What was reached on the sequences that nothing was chosen by, or else on the others; nil if it is below 0.
    public var accuracy: Double?
    /// The file with the setup.
    public var setup: BlobDigest
    /// The file with the tracks.
    public var tracks: BlobDigest
    /// All figures.
    public var metrics: [String: Double]
    /// Identity of the recipe of the sequences.
    public var recipe: String
    /// What it is a version of: the scenario by its name.
    public var series: String

    /// The way from frames to tracks: the same for all settings, which are what weights are to a network.
    /// - Throws: `Failure` if the names are longer than an outline's may be.
    public var outline: NetworkOutline {
        get throws {
            let outline = NetworkOutline(
                format: Self.format, name: code.name, inputs: [.init(name: "frames", shape: [-1, 3, -1, -1])],
                outputs: [.init(name: "tracks", shape: [-1, 6])],
                nodes: [
                    .init(name: "detector", operation: value.detector, inputs: ["frames"]),
                    .init(name: "filter", operation: "score, height, overlap", inputs: ["detector"]),
                    .init(name: "tracker", operation: value.tracker.name, inputs: ["filter"]),
                ])
            try outline.validate()
            return outline
        }
    }
}

extension TrackingSetup {
    /// The artificial code of a tracker.
    /// - Parameter accuracy: What was reached, 0 to 1; nil if it is not known.
    package func code(dataset: String, accuracy: Double?) throws -> ArtificialCode {
        try ArtificialCode(
            name: "\(tracker.name) on \(detector)", areas: ["vision"], functions: [Scenario.Task.tracking.rawValue],
            category: TrackerModel.category, dataset: dataset.uppercased(), size: ParameterSize(parameters: 0),
            accuracy: accuracy.map { try AccuracyPercentage(fraction: $0) }, optimizer: "none", platform: "Gyrus1.0")
    }
}
