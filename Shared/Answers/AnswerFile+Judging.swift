import Foundation
import Model

extension AnswerFile {
    /// The correct class and the answered class of each kept sample, as numbers; empty if samples have no classes.
    public func pair(of row: Int) -> [Int32] {
        guard target.kind == .classification else { return [] }
        return [classes[row], Int32(answer(of: row))]
    }

    /// The class answered for a kept sample.
    public func answer(of row: Int) -> Int {
        let outputs = outputs(of: row)
        return outputs.indices.reduce(outputs.startIndex) { outputs[$1] > outputs[$0] ? $1 : $0 } - outputs.startIndex
    }

    /// Number of kept samples by the right class (row) and the answered one (column); empty where samples have none.
    public var confusion: [[Int]] {
        guard target.kind == .classification else { return [] }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: target.outputs), count: target.outputs)
        for row in samples.indices { counts[Int(classes[row])][answer(of: row)] += 1 }
        return counts
    }

    /// Probabilities of classes or labels, or numbers in their own unit.
    public func answers(of row: Int) -> [Double] {
        let outputs = outputs(of: row).map(Double.init)
        switch target.kind {
        case .classification:
            let highest = outputs.max() ?? 0
            let powers = outputs.map { exp($0 - highest) }
            let sum = powers.reduce(0, +)
            return powers.map { $0 / sum }
        case .multiLabel: return outputs.map { 1 / (1 + exp(-$0)) }
        case .regression: return units(outputs)
        }
    }

    /// The labels answered for a kept sample.
    public func labels(of row: Int) -> [Int] { target.labels(of: answers(of: row).map(Float.init)) }

    /// The correct labels (0 or 1), or the correct numbers in their own unit; empty if samples have classes.
    public func truth(of row: Int) -> [Double] {
        guard target.kind != .classification else { return [] }
        let numbers = numbers[row * target.outputs..<(row + 1) * target.outputs].map(Double.init)
        return target.kind == .regression ? units(numbers) : numbers
    }

    private func units(_ numbers: [Double]) -> [Double] {
        numbers.enumerated().map { place, number in
            number * (target.deviations?[place] ?? 1) + (target.means?[place] ?? 0)
        }
    }

    /// How wrong the answer for a kept sample is: log loss, mean cross entropy of labels, or mean distance in standard
    /// deviations.
    public func error(of row: Int) -> Double {
        let least = 1e-15
        switch target.kind {
        case .classification: return -log(max(answers(of: row)[Int(classes[row])], least))
        case .multiLabel:
            let losses = zip(answers(of: row), truth(of: row)).map { -log(max($1 > 0 ? $0 : 1 - $0, least)) }
            return losses.reduce(0, +) / Double(max(1, losses.count))
        case .regression:
            let start = row * target.outputs
            let distances = outputs(of: row).enumerated().map { Double(abs($0.element - numbers[start + $0.offset])) }
            return distances.reduce(0, +) / Double(max(1, distances.count))
        }
    }

    /// The kept samples, worst first.
    public var rowsByError: [Int] {
        let errors = samples.indices.map(error)
        return samples.indices.sorted { (errors[$1], $0) < (errors[$0], $1) }
    }
}
