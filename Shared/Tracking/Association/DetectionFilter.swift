/// Which detections of a frame are used.
public struct DetectionFilter: Hashable, Sendable, Codable {
    /// Least score.
    public var minimumScore: Double
    /// Least height in pixels.
    public var minimumHeight: Double
    /// Greatest overlap of two detections; of those that overlap more, the one of lower score goes. 1 keeps all.
    public var maximumOverlap: Double

    /// Makes a filter; what is left out keeps everything.
    public init(minimumScore: Double = -.infinity, minimumHeight: Double = 0, maximumOverlap: Double = 1) {
        self.minimumScore = minimumScore
        self.minimumHeight = minimumHeight
        self.maximumOverlap = maximumOverlap
    }

    /// The detections that are used, in the order given.
    public func callAsFunction(_ detections: [Detection]) -> [Detection] {
        let used = detections.filter { $0.score >= minimumScore && $0.box.height >= minimumHeight }
        guard maximumOverlap < 1 else { return used }
        return nonMaximumSuppressed(used, maximumOverlap: maximumOverlap).map { used[$0] }
    }
}

/// The detections that are left when of two that overlap too much the one of lower score goes; positions in the order
/// given.
public func nonMaximumSuppressed(_ detections: [Detection], maximumOverlap: Double) -> [Int] {
    var kept: [Int] = []
    for index in detections.indices.sorted(by: { (detections[$1].score, $0) < (detections[$0].score, $1) })
    where kept.allSatisfy({ detections[$0].box.overlap(with: detections[index].box) <= maximumOverlap }) {
        kept.append(index)
    }
    return kept.sorted()
}
