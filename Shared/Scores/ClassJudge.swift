import Foundation
import Model

/// Scores answers of one class out of several, as scikit-learn does.
struct ClassJudge: Judge {
    /// Number of confidence bins for the calibration error.
    private static let bands = 15

    private let width: Int
    private let classes: [Int]
    private let answers: [Int]
    /// The confidence of each answer.
    private let confidence: [Double]
    /// The logarithm of the probability of the correct answer.
    private let logarithms: [Double]
    /// Number of classes with more confidence than the correct one.
    private let ranks: [Int]
    private let rankings: [ScoreRanking]

    init(logits: [Float], width: Int, classes: [Int]) {
        self.width = width
        self.classes = classes
        var answers: [Int] = [], confidence: [Double] = [], logarithms: [Double] = [], ranks: [Int] = []
        var columns = [[Double]](repeating: [], count: width)
        for (sample, label) in classes.enumerated() {
            let row = logits[sample * width..<(sample + 1) * width].map(Double.init)
            let answer = row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
            let powers = row.map { exp($0 - row[answer]) }
            let sum = powers.reduce(0, +)
            for place in row.indices { columns[place].append(powers[place] / sum) }
            answers.append(answer)
            confidence.append(1 / sum)
            logarithms.append(row[label] - row[answer] - log(sum))
            // Of equal classes the later one comes first, as in scikit-learn.
            ranks.append(row.indices.count { row[$0] > row[label] || (row[$0] == row[label] && $0 > label) })
        }
        self.answers = answers
        self.confidence = confidence
        self.logarithms = logarithms
        self.ranks = ranks
        rankings = columns.map { ScoreRanking($0) }
    }

    func metrics(weights: [Double]) -> [String: Double] {
        let total = weights.reduce(0, +)
        guard total > 0 else { return [:] }
        var confusion = [Double](repeating: 0, count: width * width)
        var loss = 0.0, top = 0.0
        for sample in classes.indices {
            confusion[classes[sample] * width + answers[sample]] += weights[sample]
            loss -= weights[sample] * logarithms[sample]
            if ranks[sample] < 5 { top += weights[sample] }
        }
        let table = ConfusionTable(confusion, width: width)
        let areas = rankings.enumerated().map { number, ranking in
            ranking.areas(weights: weights) { classes[$0] == number }
        }
        return named([
            (.accuracy, table.right.reduce(0, +) / total), (.balancedAccuracy, mean(table.recalls)),
            (.macroF1, mean(table.scores)), (.weightedF1, table.weightedScore), (.mcc, table.correlation),
            (.topFiveAccuracy, width > 5 ? top / total : nil), (.logLoss, loss / total),
            (.auroc, mean(areas.map(\.roc))),
            (.auprc, width == 2 ? areas[1].precision : mean(areas.map(\.precision))),
            (.calibrationError, calibrationError(weights, total)),
        ])
    }

    private func calibrationError(_ weights: [Double], _ total: Double) -> Double {
        var gaps = [Double](repeating: 0, count: Self.bands)
        for sample in classes.indices {
            // A bin includes its upper bound.
            let band = max(0, Int((confidence[sample] * Double(Self.bands)).rounded(.up)) - 1)
            gaps[min(band, Self.bands - 1)] +=
                weights[sample] * (confidence[sample] - (answers[sample] == classes[sample] ? 1 : 0))
        }
        return gaps.reduce(0) { $0 + abs($1) } / total
    }
}

/// Samples by truth and answer, and the metrics that follow from them.
private struct ConfusionTable {
    /// For each class: samples, answers, and samples answered correctly.
    let truth, given, right: [Double]
    private let total: Double

    init(_ counts: [Double], width: Int) {
        truth = (0..<width).map { row in counts[row * width..<(row + 1) * width].reduce(0, +) }
        given = (0..<width).map { column in (0..<width).reduce(0) { $0 + counts[$1 * width + column] } }
        right = (0..<width).map { counts[$0 * width + $0] }
        total = truth.reduce(0, +)
    }

    /// For each class that occurs, the share answered correctly.
    var recalls: [Double?] { truth.indices.map { truth[$0] > 0 ? right[$0] / truth[$0] : nil } }

    /// F1 of each class that occurs or was answered.
    var scores: [Double?] {
        truth.indices.map { truth[$0] + given[$0] > 0 ? 2 * right[$0] / (truth[$0] + given[$0]) : nil }
    }

    var weightedScore: Double { zip(scores, truth).reduce(0) { $0 + ($1.0 ?? 0) * $1.1 } / total }

    var correlation: Double {
        let both = zip(truth, given).reduce(0) { $0 + $1.0 * $1.1 }
        let spread = { (counts: [Double]) in total * total - counts.reduce(0) { $0 + $1 * $1 } }
        let product = spread(truth) * spread(given)
        return product > 0 ? (right.reduce(0, +) * total - both) / product.squareRoot() : 0
    }
}
