/// Identity metrics: how consistently each true identity is found under one identity of the tracker.
///
/// A single assignment of identities for the whole sequence, chosen to maximize the agreeing boxes. E. Ristani and
/// others, "Performance measures and a data set for multi-target, multi-camera tracking", 2016.
public struct IdentityScore: Hashable, Sendable, Codable {
    /// Boxes found under the assigned identity.
    public var truePositives = 0
    /// True boxes that were not found under it.
    public var falseNegatives = 0
    /// Found boxes that do not match it.
    public var falsePositives = 0

    /// Starts at zero.
    public init() {}

    /// Scores a sequence.
    public init(_ pair: TrackingPair) {
        var agreements = Matrix(rows: pair.truthCounts.count, columns: pair.foundCounts.count)
        for frame in pair.frames {
            for (row, truth) in frame.truth.enumerated() {
                for (column, found) in frame.found.enumerated()
                where frame.overlaps[row, column] >= EvaluationRules.overlapThreshold {
                    agreements[truth, found] += 1
                }
            }
        }
        truePositives = agreements.greatestWeightAssignment().reduce(0) { $0 + Int(agreements[$1.row, $1.column]) }
        falseNegatives = pair.truthBoxes - truePositives
        falsePositives = pair.foundBoxes - truePositives
    }

    /// The counts of two sequences together.
    public static func + (first: IdentityScore, second: IdentityScore) -> IdentityScore {
        var sum = first
        sum.truePositives += second.truePositives
        sum.falseNegatives += second.falseNegatives
        sum.falsePositives += second.falsePositives
        return sum
    }

    /// IDF1: harmonic mean of precision and recall.
    public var f1: Double {
        Double(2 * truePositives) / Double(max(1, 2 * truePositives + falsePositives + falseNegatives))
    }
    /// IDP: share of the found boxes under the right identity.
    public var precision: Double { Double(truePositives) / Double(max(1, truePositives + falsePositives)) }
    /// IDR: share of the true boxes under the right identity.
    public var recall: Double { Double(truePositives) / Double(max(1, truePositives + falseNegatives)) }
}
