import Model

/// Scores numbers, in their own unit; for several columns, the mean over columns, as in scikit-learn.
struct NumberJudge: Judge {
    private struct Column: Sendable {
        let given, truth: [Double]
        let givenRanking, truthRanking: ScoreRanking
    }

    private let columns: [Column]

    init(outputs: [Float], truth: [Float], target: Target) {
        let width = max(1, target.outputs)
        columns = (0..<width).map { column in
            let center = target.means?[column] ?? 0, deviation = target.deviations?[column] ?? 1
            func values(_ all: [Float]) -> [Double] {
                stride(from: column, to: all.count, by: width).map { Double(all[$0]) * deviation + center }
            }
            let (given, right) = (values(outputs), values(truth))
            return Column(
                given: given, truth: right, givenRanking: ScoreRanking(given), truthRanking: ScoreRanking(right))
        }
    }

    func metrics(weights: [Double]) -> [String: Double] {
        let total = weights.reduce(0, +)
        guard total > 0 else { return [:] }
        let each = columns.map { metrics(of: $0, weights, total) }
        return named([
            (.mae, mean(each.map(\.mae))), (.rmse, mean(each.map(\.rmse))), (.r2, mean(each.map(\.r2))),
            (.spearman, mean(each.map(\.spearman))),
        ])
    }

    private func metrics(
        of column: Column, _ weights: [Double], _ total: Double
    ) -> (mae: Double?, rmse: Double?, r2: Double?, spearman: Double?) {
        let center = zip(weights, column.truth).reduce(0) { $0 + $1.0 * $1.1 } / total
        var absolute = 0.0, squared = 0.0, spread = 0.0
        var (least, greatest) = (Double.infinity, -Double.infinity)
        for sample in weights.indices where weights[sample] > 0 {
            least = min(least, column.truth[sample])
            greatest = max(greatest, column.truth[sample])
            let error = column.given[sample] - column.truth[sample]
            absolute += weights[sample] * abs(error)
            squared += weights[sample] * error * error
            spread += weights[sample] * (column.truth[sample] - center) * (column.truth[sample] - center)
        }
        // If all numbers are equal, either all or none of their variance is explained, as in scikit-learn. Their mean is rounded, so
        // `spread` is not exactly 0.
        let explained = greatest > least ? 1 - squared / spread : squared == 0 ? 1 : 0
        let correlation = Self.correlation(
            column.givenRanking.ranks(weights: weights), column.truthRanking.ranks(weights: weights), weights, total)
        return (absolute / total, (squared / total).squareRoot(), explained, correlation)
    }

    /// Pearson's correlation; nil if one side does not vary.
    private static func correlation(_ x: [Double], _ y: [Double], _ weights: [Double], _ total: Double) -> Double? {
        let center = { (values: [Double]) in zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total }
        let (meanX, meanY) = (center(x), center(y))
        var both = 0.0, squaresX = 0.0, squaresY = 0.0
        for sample in weights.indices {
            let (dx, dy) = (x[sample] - meanX, y[sample] - meanY)
            both += weights[sample] * dx * dy
            squaresX += weights[sample] * dx * dx
            squaresY += weights[sample] * dy * dy
        }
        let product = squaresX * squaresY
        return product > 0 ? both / product.squareRoot() : nil
    }
}
