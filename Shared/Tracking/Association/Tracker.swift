/// Something that a detector found in a frame.
public struct Detection: Hashable, Sendable {
    /// Where it is.
    public var box: Box
    /// How sure the detector is; higher is surer.
    public var score: Double
    /// What it looks like, as a unit vector of a re-identification network; empty where none was computed.
    public var appearance: [Float]

    /// Makes a detection; its appearance is scaled to length 1.
    public init(box: Box, score: Double, appearance: [Float] = []) {
        self.box = box
        self.score = score
        let length = appearance.reduce(0) { $0 + $1 * $1 }.squareRoot()
        self.appearance = length > 0 ? appearance.map { $0 / length } : []
    }
}

/// A box with the identity that a tracker gave it.
public struct TrackedBox: Hashable, Sendable {
    /// The identity, from 1.
    public var identity: Int
    /// Where it is.
    public var box: Box
    /// How sure the detector was when it was last seen.
    public var score: Double

    /// Makes a tracked box.
    public init(identity: Int, box: Box, score: Double) {
        self.identity = identity
        self.box = box
        self.score = score
    }
}

/// Gives identities to detections, frame after frame.
///
/// The same detections in the same order give the same identities, on every machine.
///
/// ```swift
/// var tracker = DeepSORT()
/// for frame in 1...600 {
///     for person in tracker.update(detections(in: frame)) { print(frame, person.identity, person.box) }
/// }
/// ```
public protocol Tracker: Sendable {
    /// Takes what was found in the next frame, and tells who is where.
    mutating func update(_ detections: [Detection]) -> [TrackedBox]
}
