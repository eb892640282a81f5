public import Tracking

/// Finds people in images.
public protocol Detector {
    /// The people in an image, most confident first.
    func detect(in image: borrowing Image) throws -> [Detection]
}

/// Thresholds that all detectors share.
public struct DetectorThresholds: Hashable, Sendable, Codable {
    /// Minimum score.
    public var score: Double
    /// Maximum overlap of two people; if they overlap more, only the more confident one is kept.
    public var overlap: Double

    /// Overlap at which detectors usually merge two boxes.
    public static let usualOverlap = 0.45

    /// Makes thresholds.
    public init(score: Double, overlap: Double = usualOverlap) {
        self.score = score
        self.overlap = overlap
    }

    /// The candidates that count, most confident first.
    public func select(_ candidates: [Detection]) -> [Detection] {
        DetectionFilter(minimumScore: score, maximumOverlap: overlap)(candidates).sorted { $0.score > $1.score }
    }
}
