public import Tracking

/// Finds people in images.
public protocol Detector {
    /// The people in an image, the surest first.
    func detect(in image: borrowing Image) throws -> [Detection]
}

/// What is common to detectors: what counts as found.
public struct DetectorThresholds: Hashable, Sendable, Codable {
    /// Least score.
    public var score: Double
    /// Greatest overlap of two people; where they overlap more, the surer one is left.
    public var overlap: Double

    /// Overlap at which detectors usually take two boxes for one.
    public static let usualOverlap = 0.45

    /// Makes thresholds.
    public init(score: Double, overlap: Double = usualOverlap) {
        self.score = score
        self.overlap = overlap
    }

    /// The candidates that count, the surest first.
    public func select(_ candidates: [Detection]) -> [Detection] {
        DetectionFilter(minimumScore: score, maximumOverlap: overlap)(candidates).sorted { $0.score > $1.score }
    }
}
