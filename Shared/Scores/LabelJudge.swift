import Foundation
import Model

/// Scores answers of any number of labels, as scikit-learn does. A label is answered if its probability is above a
/// threshold.
struct LabelJudge: Judge {
    private let width: Int
    private let answers: [Bool]
    private let truth: [Bool]
    private let rankings: [ScoreRanking]

    /// - Parameter threshold: Between 0 and 1.
    init(logits: [Float], truth: [Float], width: Int, threshold: Double) {
        self.width = width
        self.truth = truth.map { $0 > 0.5 }
        let least = Float(log(threshold / (1 - threshold)))
        answers = logits.map { $0 > least }
        rankings = (0..<width).map { label in
            ScoreRanking(stride(from: label, to: logits.count, by: width).map { Double(logits[$0]) })
        }
    }

    func metrics(weights: [Double]) -> [String: Double] {
        let total = weights.reduce(0, +)
        guard total > 0 else { return [:] }
        var right = [Double](repeating: 0, count: width), either = right
        var exact = 0.0
        for (sample, weight) in weights.enumerated() {
            var isExact = true
            for label in 0..<width {
                let (answer, isTrue) = (answers[sample * width + label], truth[sample * width + label])
                if answer, isTrue { right[label] += weight }
                either[label] += weight * ((answer ? 1 : 0) + (isTrue ? 1 : 0))
                isExact = isExact && answer == isTrue
            }
            if isExact { exact += weight }
        }
        let areas = rankings.enumerated().map { label, ranking in
            ranking.areas(weights: weights) { truth[$0 * width + label] }
        }
        let all = either.reduce(0, +)
        return named([
            // A label that does not occur and was not answered counts as 0, as in scikit-learn.
            (.macroF1, mean((0..<width).map { either[$0] > 0 ? 2 * right[$0] / either[$0] : 0 })),
            (.microF1, all > 0 ? 2 * right.reduce(0, +) / all : 0), (.exactMatch, exact / total),
            (.meanAveragePrecision, mean(areas.map(\.precision))), (.auroc, mean(areas.map(\.roc))),
        ])
    }

    /// The threshold with the largest F1 over all labels together. With one half, which minimizes mistakes, rare labels
    /// would never be answered (Lipton et al., Optimal thresholding of classifiers to maximize F1 measure, 2014).
    /// - Returns: A probability halfway between two answers; nil if no label is true, or all are.
    static func bestThreshold(logits: [Float], truth: [Float]) -> Double? {
        let positives = truth.count { $0 > 0.5 }
        guard positives > 0, positives < truth.count, logits.count == truth.count else { return nil }
        let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
        var right = 0, best = (score: 0.0, threshold: Float(0))
        for (place, answer) in order.enumerated() {
            if truth[answer] > 0.5 { right += 1 }
            let next = place + 1 < order.count ? logits[order[place + 1]] : logits[answer] - 1
            guard next < logits[answer] else { continue }
            let score = 2 * Double(right) / Double(place + 1 + positives)
            if score > best.score { best = (score, (logits[answer] + next) / 2) }
        }
        let probability = 1 / (1 + exp(-Double(best.threshold)))
        return min(max(probability, 1e-6), 1 - 1e-6)
    }
}
