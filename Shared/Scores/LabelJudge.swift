import Model

/// Judges answers of any number of labels, as scikit-learn does; a label is answered where its probability is above 0.5.
struct LabelJudge: Judge {
    private let width: Int
    private let answers: [Bool]
    private let truth: [Bool]
    private let rankings: [ScoreRanking]

    init(logits: [Float], truth: [Float], width: Int) {
        self.width = width
        self.truth = truth.map { $0 > 0.5 }
        answers = logits.map { $0 > 0 }
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
            // A label that there is not, and that nobody answered, counts 0, as in scikit-learn.
            (.macroF1, mean((0..<width).map { either[$0] > 0 ? 2 * right[$0] / either[$0] : 0 })),
            (.microF1, all > 0 ? 2 * right.reduce(0, +) / all : 0), (.exactMatch, exact / total),
            (.meanAveragePrecision, mean(areas.map(\.precision))), (.auroc, mean(areas.map(\.roc))),
        ])
    }
}
