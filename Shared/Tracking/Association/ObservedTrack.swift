import Foundation

/// A person that observation-centric SORT follows.
struct ObservedTrack: Sendable {
    let identity: Int
    /// Where it was last seen.
    private(set) var lastSeen: Box
    private(set) var score: Double
    /// Frames since it was last seen.
    private(set) var misses = 0
    /// Number of consecutive frames in which it was seen.
    private(set) var streak = 0
    private var filter: AreaFilter
    /// The filter as it was when the track was last seen.
    private var filterWhenSeen: AreaFilter
    /// Observations of the last frames, by age.
    private var observations: [(age: Int, box: Box)]
    private var age = 0
    private let span: Int
    /// Direction of motion as a unit vector; nil before it moved.
    private var direction: (x: Double, y: Double)?

    init(identity: Int, _ detection: Detection, span: Int) {
        self.identity = identity
        self.span = span
        lastSeen = detection.box
        score = detection.score
        filter = AreaFilter(detection.box)
        filterWhenSeen = filter
        observations = [(0, detection.box)]
    }

    /// Where it should be now; nil if the estimate collapsed.
    var predicted: Box? { filter.box }

    mutating func predict() {
        filter.predict()
        age += 1
        if misses > 0 { streak = 0 }
        misses += 1
    }

    mutating func see(_ detection: Detection) {
        direction = Self.direction(from: reference.box, to: detection.box) ?? direction
        if misses > 1 {
            retrace(to: detection.box)
        } else {
            filter.correct(detection.box)
        }
        filterWhenSeen = filter
        lastSeen = detection.box
        score = detection.score
        misses = 0
        streak += 1
        observations.append((age, detection.box))
        observations.removeAll { $0.age < age - span }
    }

    /// How well a detection fits the direction of motion: from half its score (straight ahead) to minus half of it
    /// (backward).
    func directionBonus(of detection: Detection) -> Double {
        guard let direction, let way = Self.direction(from: reference.box, to: detection.box) else { return 0 }
        let angle = acos(min(1, max(-1, direction.x * way.x + direction.y * way.y)))
        return (0.5 - angle / .pi) * detection.score
    }

    /// The observation from which directions are measured: the oldest one within the span, else the last one.
    private var reference: (age: Int, box: Box) {
        observations.first { $0.age >= age - span } ?? (age, lastSeen)
    }

    /// Reruns the filter along a straight line from where the track was last seen to where it is seen now.
    private mutating func retrace(to box: Box) {
        filter = filterWhenSeen
        for step in 1...misses {
            let share = Double(step) / Double(misses)
            filter.predict()
            filter.correct(lastSeen.moved(towards: box, by: share))
        }
    }

    private static func direction(from first: Box, to second: Box) -> (x: Double, y: Double)? {
        let x = second.centerX - first.centerX
        let y = second.centerY - first.centerY
        let length = (x * x + y * y).squareRoot()
        return length > 1e-6 ? (x / length, y / length) : nil
    }
}

extension Box {
    /// The box at a fraction of the way to another one, with its size interpolated.
    fileprivate func moved(towards other: Box, by share: Double) -> Box {
        Box(
            centerX: centerX + share * (other.centerX - centerX), centerY: centerY + share * (other.centerY - centerY),
            width: width + share * (other.width - width), height: height + share * (other.height - height))
    }
}
