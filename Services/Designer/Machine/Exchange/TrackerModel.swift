public import Model
public import Networks
public import Tracking

/// A tracker for the registry.
public struct TrackerModel: Hashable, Sendable {
    /// Format of base networks that are trackers.
    package static let format = "tracker"
    /// The category of trackers, in place of a network family.
    package static let category = "tracker"

    /// Identity, which is the trial's.
    public var id: String
    /// Scenario that found it.
    public var scenario: String
    /// Detector, filter and tracker.
    public var value: TrackingSetup
    /// Artificial code.
    public var code: ArtificialCode
    /// Objective on the held-out sequences or, without any, on the others; nil if it is negative.
    public var accuracy: Double?
    /// Digest of the setup file.
    public var setup: BlobDigest
    /// Digest of the tracks file.
    public var tracks: BlobDigest
    /// All metrics.
    public var metrics: [String: Double]
    /// Identity of the recipe of the sequences.
    public var recipe: String
    /// The series that it is a version of: the scenario's name.
    public var series: String

    /// The pipeline from frames to tracks. It is the same for all settings, which correspond to the weights of a
    /// network.
    /// - Throws: `Failure` if the names are longer than an outline allows.
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
    /// - Parameter accuracy: The objective, 0 to 1; nil if unknown.
    package func code(dataset: String, accuracy: Double?) throws -> ArtificialCode {
        try ArtificialCode(
            name: "\(tracker.name) on \(detector)", areas: ["vision"], functions: [Scenario.Task.tracking.rawValue],
            category: TrackerModel.category, dataset: dataset.uppercased(), size: ParameterSize(parameters: 0),
            accuracy: accuracy.map { try AccuracyPercentage(fraction: $0) }, optimizer: "none", platform: "Gyrus1.0")
    }
}
