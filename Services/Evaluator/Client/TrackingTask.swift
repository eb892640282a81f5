public import Model
import Schema
public import Tracking

/// A task of kind `track`: follows people through the sequences of a prepared dataset, and scores the tracks.
public struct TrackingTask: Hashable, Sendable {
    /// The kind of task that the queue knows it by.
    public static let kind = "track"

    /// Identity of the recipe of the prepared sequences.
    public var dataset: String
    /// Detector, filter and tracker.
    public var setup: TrackingSetup
    /// Sequences that nothing is chosen by; they are scored apart.
    public var heldOut: [String]
    /// Whether setup and tracks are kept as files in the registry.
    public var keepsTracks: Bool

    /// Describes a task.
    public init(dataset: String, setup: TrackingSetup, heldOut: [String] = [], keepsTracks: Bool = false) {
        self.dataset = dataset
        self.setup = setup
        self.heldOut = heldOut
        self.keepsTracks = keepsTracks
    }

    /// Reads a task's payload.
    public init(payload: [UInt8]) throws {
        let wire = try Wire.TrackTask(bytes: payload)
        self.init(
            dataset: wire.dataset, setup: try TrackingSetup(json: wire.setup.utf8), heldOut: wire.heldOut,
            keepsTracks: wire.keep)
    }

    /// The task's payload.
    public func payload() throws -> [UInt8] {
        try Wire.TrackTask(dataset: dataset, setup: setup.json, heldOut: heldOut, keep: keepsTracks).encodedBytes()
    }
}

/// What comes of a task of kind `track`.
public struct TrackingResult: Hashable, Sendable {
    /// Figures by name: those of `TrackingFigures` for all rows, `seconds` and `latency-milliseconds`.
    public var metrics: [String: Double]
    /// The file with the setup; nil if it was not to be kept.
    public var setup: BlobDigest?
    /// The file with the tracks, a `TrackingArchive`; nil if they were not to be kept.
    public var tracks: BlobDigest?

    /// Makes a result.
    public init(metrics: [String: Double], setup: BlobDigest? = nil, tracks: BlobDigest? = nil) {
        self.metrics = metrics
        self.setup = setup
        self.tracks = tracks
    }

    /// Reads a task's result.
    public init(result: [UInt8]) throws {
        let wire = try Wire.TrackResult(bytes: result)
        self.init(
            metrics: .init(wire.metrics), setup: try wire.setup.isEmpty ? nil : BlobDigest(wire.setup),
            tracks: try wire.tracks.isEmpty ? nil : BlobDigest(wire.tracks))
    }

    /// The task's result.
    public func encoded() throws -> [UInt8] {
        try Wire.TrackResult(
            metrics: .init(metrics), setup: setup?.hexadecimal ?? "", tracks: tracks?.hexadecimal ?? ""
        ).encodedBytes()
    }
}
