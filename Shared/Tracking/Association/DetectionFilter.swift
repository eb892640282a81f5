/// Which detections of a frame are used.
public struct DetectionFilter: Hashable, Sendable, Codable {
    /// Lowest score that a detection may have, in the detector's unit.
    public var minimumScore: Double
    /// Minimum height in pixels.
    public var minimumHeight: Double
    /// Maximum overlap of two detections; if two overlap more, the one with the lower score is dropped. 1 keeps all.
    public var maximumOverlap: Double

    /// Makes a filter; by default it keeps everything.
    public init(minimumScore: Double = -.infinity, minimumHeight: Double = 0, maximumOverlap: Double = 1) {
        self.minimumScore = minimumScore
        self.minimumHeight = minimumHeight
        self.maximumOverlap = maximumOverlap
    }

    /// The detections that are used, in the given order.
    public func callAsFunction(_ detections: [Detection]) -> [Detection] {
        let used = detections.filter { $0.score >= minimumScore && $0.box.height >= minimumHeight }
        guard maximumOverlap < 1 else { return used }
        return nonMaximumSuppressed(used, maximumOverlap: maximumOverlap).map { used[$0] }
    }
}

/// The detections that remain after dropping, of any two that overlap too much, the one with the lower score; indices
/// in the given order.
public func nonMaximumSuppressed(_ detections: [Detection], maximumOverlap: Double) -> [Int] {
    var kept: [Int] = []
    for index in detections.indices.sorted(by: { (detections[$1].score, $0) < (detections[$0].score, $1) })
    where kept.allSatisfy({ detections[$0].box.overlap(with: detections[index].box) <= maximumOverlap }) {
        kept.append(index)
    }
    return kept.sorted()
}
