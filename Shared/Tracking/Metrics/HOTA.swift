/// Higher order tracking accuracy: the balance of detection and association, averaged over thresholds of overlap.
///
/// J. Luiten and others, "HOTA: a higher order metric for evaluating multi-object tracking", 2021.
public struct HOTA: Hashable, Sendable, Codable {
    /// The thresholds of overlap: 0.05, 0.10 … 0.95.
    public static let thresholds = (1...19).map { Double($0) * 0.05 }

    /// Counts at one threshold.
    struct Level: Hashable, Sendable, Codable {
        var truePositives = 0.0
        var falseNegatives = 0.0
        var falsePositives = 0.0
        /// Sum over the true positives of the agreement of their identities.
        var associationSum = 0.0
        /// Sum over the true positives of their overlap.
        var overlapSum = 0.0

        var detection: Double { truePositives / max(1, truePositives + falseNegatives + falsePositives) }
        var association: Double { associationSum / max(1, truePositives) }
        var localization: Double { truePositives == 0 ? 1 : overlapSum / truePositives }
    }

    private(set) var levels: [Level]

    /// Starts at zero.
    public init() { levels = Self.thresholds.map { _ in Level() } }

    /// Scores a sequence.
    public init(_ pair: TrackingPair) {
        self.init()
        let alignment = pair.alignment
        var matched = Self.thresholds.map { _ in
            Matrix(rows: pair.truthCounts.count, columns: pair.foundCounts.count)
        }
        for frame in pair.frames {
            let weights = Matrix(rows: frame.truth.count, columns: frame.found.count) {
                alignment[frame.truth[$0], frame.found[$1]] * frame.overlaps[$0, $1]
            }
            let matches = weights.greatestWeightAssignment()
            for (level, threshold) in Self.thresholds.enumerated() {
                count(matches, of: frame, atLeast: threshold, at: level, into: &matched[level])
            }
        }
        for level in levels.indices { levels[level].associationSum = pair.associationSum(of: matched[level]) }
    }

    private mutating func count(
        _ matches: [Match], of frame: TrackingPair.Frame, atLeast threshold: Double, at level: Int,
        into matched: inout Matrix
    ) {
        var found = 0.0
        for match in matches {
            let overlap = frame.overlaps[match.row, match.column]
            guard overlap >= threshold - Matrix.tolerance else { continue }
            found += 1
            levels[level].overlapSum += overlap
            matched[frame.truth[match.row], frame.found[match.column]] += 1
        }
        levels[level].truePositives += found
        levels[level].falseNegatives += Double(frame.truth.count) - found
        levels[level].falsePositives += Double(frame.found.count) - found
    }

    /// The counts of two sequences together; association is weighted by what was found.
    public static func + (first: HOTA, second: HOTA) -> HOTA {
        var sum = first
        for (index, level) in second.levels.enumerated() {
            sum.levels[index].truePositives += level.truePositives
            sum.levels[index].falseNegatives += level.falseNegatives
            sum.levels[index].falsePositives += level.falsePositives
            sum.levels[index].associationSum += level.associationSum
            sum.levels[index].overlapSum += level.overlapSum
        }
        return sum
    }

    private func mean(_ value: (Level) -> Double) -> Double {
        levels.reduce(0) { $0 + value($1) } / Double(levels.count)
    }

    /// HOTA: geometric mean of detection and association, averaged over the thresholds.
    public var score: Double { mean { ($0.detection * $0.association).squareRoot() } }
    /// DetA: how well boxes were found.
    public var detection: Double { mean(\.detection) }
    /// AssA: how well boxes were assigned to identities.
    public var association: Double { mean(\.association) }
    /// LocA: how well the found boxes overlap.
    public var localization: Double { mean(\.localization) }
}

extension TrackingPair {
    /// How well each true identity agrees with each found one over the whole sequence: a Jaccard index in which a pair
    /// of boxes counts by its share of all overlaps of the two.
    fileprivate var alignment: Matrix {
        var shares = Matrix(rows: truthCounts.count, columns: foundCounts.count)
        for frame in frames { frame.addOverlapShares(to: &shares) }
        return Matrix(rows: shares.rows, columns: shares.columns) {
            shares[$0, $1] / (Double(truthCounts[$0] + foundCounts[$1]) - shares[$0, $1])
        }
    }

    fileprivate func associationSum(of matched: Matrix) -> Double {
        var sum = 0.0
        for truth in 0..<matched.rows {
            for found in 0..<matched.columns where matched[truth, found] > 0 {
                let both = matched[truth, found]
                sum += both * both / max(1, Double(truthCounts[truth] + foundCounts[found]) - both)
            }
        }
        return sum
    }
}

extension TrackingPair.Frame {
    fileprivate func addOverlapShares(to shares: inout Matrix) {
        var rowSums = [Double](repeating: 0, count: truth.count)
        var columnSums = [Double](repeating: 0, count: found.count)
        for row in truth.indices {
            for column in found.indices {
                rowSums[row] += overlaps[row, column]
                columnSums[column] += overlaps[row, column]
            }
        }
        for row in truth.indices {
            for column in found.indices {
                let overlap = overlaps[row, column]
                let whole = rowSums[row] + columnSums[column] - overlap
                if whole > Matrix.tolerance { shares[truth[row], found[column]] += overlap / whole }
            }
        }
    }
}
