/// CLEAR MOT: how many boxes were missed, falsely detected, or given to another identity.
///
/// Counts, so that sequences can be added up. K. Bernardin, R. Stiefelhagen, "Evaluating multiple object tracking
/// performance: the CLEAR MOT metrics", 2008; with the matching of MOTChallenge, where an identity keeps its partner of
/// the frame before as long as they overlap enough.
public struct ClearMOT: Hashable, Sendable, Codable {
    /// True boxes that were found.
    public var truePositives = 0
    /// True boxes that were missed.
    public var falseNegatives = 0
    /// False detections.
    public var falsePositives = 0
    /// Number of times that a true identity got a different identity from the tracker than before.
    public var switches = 0
    /// Number of times that a true identity was found again after a gap.
    public var fragmentations = 0
    /// True identities found in more than 80 % of their frames.
    public var mostlyTracked = 0
    /// True identities found in 20 to 80 % of their frames.
    public var partlyTracked = 0
    /// True identities found in less than 20 % of their frames.
    public var mostlyLost = 0
    /// Sum of the overlaps of all found boxes.
    public var overlapSum = 0.0

    /// A bonus larger than any sum of overlaps in a frame: keeping a partner takes precedence over larger overlap.
    private static let continuity = 1000.0

    /// Starts at zero.
    public init() {}

    /// Scores a sequence.
    public init(_ pair: TrackingPair) {
        var partners = [Int?](repeating: nil, count: pair.truthCounts.count)
        var lastPartners = partners
        var found = [Int](repeating: 0, count: pair.truthCounts.count)
        var beginnings = found
        for frame in pair.frames {
            let matches = frame.matches(continuing: lastPartners, bonus: Self.continuity)
            truePositives += matches.count
            falseNegatives += frame.truth.count - matches.count
            falsePositives += frame.found.count - matches.count
            // A frame in which one side has nothing says nothing about continuity.
            guard !frame.truth.isEmpty, !frame.found.isEmpty else { continue }
            var current = [Int?](repeating: nil, count: partners.count)
            for match in matches {
                let truth = frame.truth[match.row]
                let partner = frame.found[match.column]
                overlapSum += frame.overlaps[match.row, match.column]
                if let before = partners[truth], before != partner { switches += 1 }
                if lastPartners[truth] == nil { beginnings[truth] += 1 }
                found[truth] += 1
                partners[truth] = partner
                current[truth] = partner
            }
            lastPartners = current
        }
        fragmentations = beginnings.reduce(0) { $0 + max(0, $1 - 1) }
        for (found, all) in zip(found, pair.truthCounts) { countCoverage(Double(found) / Double(all)) }
    }

    private mutating func countCoverage(_ share: Double) {
        if share > 0.8 {
            mostlyTracked += 1
        } else if share >= 0.2 {
            partlyTracked += 1
        } else {
            mostlyLost += 1
        }
    }

    /// The counts of two sequences together.
    public static func + (first: ClearMOT, second: ClearMOT) -> ClearMOT {
        var sum = first
        sum.truePositives += second.truePositives
        sum.falseNegatives += second.falseNegatives
        sum.falsePositives += second.falsePositives
        sum.switches += second.switches
        sum.fragmentations += second.fragmentations
        sum.mostlyTracked += second.mostlyTracked
        sum.partlyTracked += second.partlyTracked
        sum.mostlyLost += second.mostlyLost
        sum.overlapSum += second.overlapSum
        return sum
    }

    /// Boxes of the ground truth.
    public var truthBoxes: Int { truePositives + falseNegatives }
    /// MOTA, multiple object tracking accuracy: 1 minus errors per true box. It can be below 0.
    public var accuracy: Double {
        Double(truePositives - falsePositives - switches) / Double(max(1, truthBoxes))
    }
    /// MOTP as mean overlap of found boxes; higher is better. MOTChallenge's convention.
    public var overlapPrecision: Double { overlapSum / Double(max(1, truePositives)) }
    /// MOTP as mean distance (1 − overlap) of found boxes; lower is better. The convention of py-motmetrics.
    public var distancePrecision: Double { truePositives == 0 ? 0 : 1 - overlapPrecision }
    /// Share of the true boxes that were found.
    public var recall: Double { Double(truePositives) / Double(max(1, truthBoxes)) }
    /// Share of the found boxes that are true.
    public var precision: Double { Double(truePositives) / Double(max(1, truePositives + falsePositives)) }
}

extension TrackingPair.Frame {
    /// Pairs with sufficient overlap; those that keep their partner come first.
    fileprivate func matches(continuing partners: [Int?], bonus: Double) -> [Match] {
        overlaps.admissibleMatches(atLeast: EvaluationRules.overlapThreshold) { row, column in
            partners[truth[row]] == found[column] ? bonus : 0
        }
    }
}
