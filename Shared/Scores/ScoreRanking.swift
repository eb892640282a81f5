/// Samples in the order of a score, highest first, from which areas under curves are computed.
struct ScoreRanking: Sendable {
    private let order: [Int32]
    /// Positions in the order at which samples with a different score begin.
    private let ends: [Int32]

    init(_ scores: [Double]) {
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        ends = order.indices.filter { $0 + 1 == order.count || scores[order[$0]] != scores[order[$0 + 1]] }
            .map { Int32($0 + 1) }
        self.order = order.map(Int32.init)
    }

    /// Area under the ROC curve, and average precision: precision at each score, weighted by the recall that it adds.
    /// Each is nil if it is undefined.
    func areas(weights: [Double], isPositive: (Int) -> Bool) -> (roc: Double?, precision: Double?) {
        var positives = 0.0, negatives = 0.0, roc = 0.0, precision = 0.0
        var start = 0
        for end in ends {
            let before = (positives, negatives)
            for place in start..<Int(end) {
                let sample = Int(order[place])
                if isPositive(sample) { positives += weights[sample] } else { negatives += weights[sample] }
            }
            start = Int(end)
            roc += (negatives - before.1) * (positives + before.0) / 2
            if positives + negatives > 0 { precision += (positives - before.0) * positives / (positives + negatives) }
        }
        return (
            positives > 0 && negatives > 0 ? roc / positives / negatives : nil,
            positives > 0 ? precision / positives : nil
        )
    }

    /// The mean rank of each sample, lowest score first, with weighted samples.
    func ranks(weights: [Double]) -> [Double] {
        var ranks = [Double](repeating: 0, count: order.count)
        var above = 0.0, start = 0
        let total = weights.reduce(0, +)
        for end in ends {
            let samples = order[start..<Int(end)]
            let tied = samples.reduce(0) { $0 + weights[Int($1)] }
            for sample in samples { ranks[Int(sample)] = total - above - (tied - 1) / 2 }
            above += tied
            start = Int(end)
        }
        return ranks
    }
}

/// The mean of the defined values; nil if there are none.
func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap(\.self)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
}
