public import Model
import Schema
public import Tracking

/// A task of kind `track`: tracks people through the sequences of a prepared dataset, and scores the tracks.
public struct TrackingTask: Hashable, Sendable {
    /// Kind of the task in the queue.
    public static let kind = "track"

    /// Identity of the prepared sequences' recipe.
    public var dataset: String
    /// Detector, filter and tracker.
    public var setup: TrackingSetup
    /// Held-out sequences, never used for selection; they are scored separately.
    public var heldOut: [String]
    /// Whether to store the setup and the tracks as files in the registry.
    public var keepsTracks: Bool

    /// Makes a task.
    public init(dataset: String, setup: TrackingSetup, heldOut: [String] = [], keepsTracks: Bool = false) {
        self.dataset = dataset
        self.setup = setup
        self.heldOut = heldOut
        self.keepsTracks = keepsTracks
    }

    /// Decodes a task's payload.
    public init(payload: [UInt8]) throws {
        let wire = try Wire.TrackTask(bytes: payload)
        self.init(
            dataset: wire.dataset, setup: try TrackingSetup(json: wire.setup.utf8), heldOut: wire.heldOut,
            keepsTracks: wire.keep)
    }

    /// The encoded payload.
    public func payload() throws -> [UInt8] {
        try Wire.TrackTask(dataset: dataset, setup: setup.json, heldOut: heldOut, keep: keepsTracks).encodedBytes()
    }
}

/// The result of a task of kind `track`.
public struct TrackingResult: Hashable, Sendable {
    /// Metrics by name: those of `TrackingMetrics` for all rows, `seconds` and `latency-milliseconds`.
    public var metrics: [String: Double]
    /// The setup file; nil if not stored.
    public var setup: BlobDigest?
    /// The tracks file, a `TrackingArchive`; nil if not stored.
    public var tracks: BlobDigest?

    /// Makes a result.
    public init(metrics: [String: Double], setup: BlobDigest? = nil, tracks: BlobDigest? = nil) {
        self.metrics = metrics
        self.setup = setup
        self.tracks = tracks
    }

    /// Decodes a task's result.
    public init(result: [UInt8]) throws {
        let wire = try Wire.TrackResult(bytes: result)
        self.init(
            metrics: .init(wire.metrics), setup: try wire.setup.isEmpty ? nil : BlobDigest(wire.setup),
            tracks: try wire.tracks.isEmpty ? nil : BlobDigest(wire.tracks))
    }

    /// The encoded result.
    public func encoded() throws -> [UInt8] {
        try Wire.TrackResult(
            metrics: .init(metrics), setup: setup?.hexadecimal ?? "", tracks: tracks?.hexadecimal ?? ""
        ).encodedBytes()
    }
}
