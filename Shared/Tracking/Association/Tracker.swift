/// A detection in a frame.
public struct Detection: Hashable, Sendable {
    /// Where it is.
    public var box: Box
    /// The detector's confidence; higher is more confident.
    public var score: Double
    /// Its appearance, as a unit vector from a re-identification network; empty if none was computed.
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
    /// The detector's confidence when it was last seen.
    public var score: Double

    /// Makes a tracked box.
    public init(identity: Int, box: Box, score: Double) {
        self.identity = identity
        self.box = box
        self.score = score
    }
}

/// Assigns identities to detections, frame by frame.
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
    /// Takes the detections of the next frame, and returns the tracked people.
    mutating func update(_ detections: [Detection]) -> [TrackedBox]
}
