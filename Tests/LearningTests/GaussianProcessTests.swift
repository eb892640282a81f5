import Foundation
import Learning
import Testing

@Suite struct GaussianProcessTests {
    /// All strings of four places with three choices.
    static let strings: [[UInt8]] = (0..<81).map { number in
        let digits: [Int] = [number / 27, number / 9 % 3, number / 3 % 3, number % 3]
        return digits.map { UInt8($0) }
    }

    /// Mean 0 and variance 1, about.
    static func value(_ string: [UInt8]) -> Double {
        (Double(string[0]) - 1) + (string[1] == string[2] ? 0.6 : -0.3)
    }

    @Test func `it predicts unobserved strings`() {
        let observed = Self.strings.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        let values = observed.map(Self.value)
        let process = GaussianProcess(candidates: Self.strings, observed: observed, values: values)
        let beliefs = process.beliefs(values)
        for (string, belief) in zip(Self.strings, beliefs) {
            #expect(abs(belief.mean - Self.value(string)) < max(0.5, 3 * belief.deviation))
        }
        let error = zip(Self.strings, beliefs).reduce(0) { $0 + abs($1.1.mean - Self.value($1.0)) } / 81
        // A mean over all would be wrong by 0.76.
        #expect(error < 0.25)
    }

    @Test func `beliefs follow the textbook's formulas`() throws {
        let observed = Array(Self.strings.prefix(3))
        let values = [0.5, -1, 0.7]
        let process = GaussianProcess(candidates: Self.strings, observed: observed, values: values)
        let kernel = process.kernel
        func covariance(_ first: [UInt8], _ second: [UInt8]) -> Double {
            exp(-kernel.decay * Double(zip(first, second).count { $0 != $1 }) / 4)
        }
        // K⁻¹ by Gauss and Jordan.
        var rows: [[Double]] = (0..<3).map { row in
            let left: [Double] = (0..<3).map { column in
                covariance(observed[row], observed[column]) + (row == column ? kernel.noise : 0)
            }
            let right: [Double] = (0..<3).map { row == $0 ? 1 : 0 }
            return left + right
        }
        for pivot in 0..<3 {
            rows[pivot] = rows[pivot].map { [factor = rows[pivot][pivot]] in $0 / factor }
            for other in 0..<3 where other != pivot {
                rows[other] = zip(rows[other], rows[pivot]).map { [factor = rows[other][pivot]] in $0 - factor * $1 }
            }
        }
        let inverse = rows.map { Array($0[3...]) }
        func weighted(_ first: [Double], _ second: [Double]) -> Double {
            var sum = 0.0
            for row in 0..<3 {
                for column in 0..<3 { sum += first[row] * inverse[row][column] * second[column] }
            }
            return sum
        }
        let scale = weighted(values, values) / 3
        for (string, belief) in zip(Self.strings, process.beliefs(values)) {
            let near = observed.map { covariance($0, string) }
            #expect(abs(belief.mean - weighted(near, values)) < 1e-9)
            let variance = (1 - weighted(near, near)) * scale
            #expect(abs(belief.deviation - max(variance, 1e-9 * scale).squareRoot()) < 1e-6)
        }
    }

    @Test func `a pending string reduces uncertainty around it and changes no expectation`() {
        let observed = Array(Self.strings.prefix(10))
        let values = observed.map(Self.value)
        var process = GaussianProcess(candidates: Self.strings, observed: observed, values: values)
        let before = process.beliefs(values)
        process.observe(Self.strings[80])
        let after = process.beliefs(values)
        for (old, new) in zip(before, after) {
            #expect(abs(old.mean - new.mean) < 1e-12)
            #expect(new.deviation <= old.deviation + 1e-12)
        }
        #expect(after[80].deviation < 0.7 * before[80].deviation)
    }

    @Test func `the expected improvement matches that of many draws`() {
        let belief = GaussianProcess.Belief(mean: 0.2, deviation: 0.5)
        var sum = 0.0
        let steps = 20_000
        for step in 0..<steps {
            let width: Double = 12 / Double(steps)
            let point: Double = -6 + width * (Double(step) + 0.5)
            let density: Double = exp(-point * point / 2) / (2 * Double.pi).squareRoot()
            let improvement: Double = max(0, belief.mean + belief.deviation * point - 0.4)
            sum += improvement * density * width
        }
        #expect(abs(GaussianProcess.expectedImprovement(belief, over: 0.4) - sum) < 1e-6)
    }
}
