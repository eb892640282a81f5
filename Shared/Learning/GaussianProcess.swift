import Foundation

/// A Gaussian process over strings of choices: an observation of one string informs about others, more so the fewer
/// places differ.
///
/// The covariance of two strings is exp(−decay · share of places that differ); the decay and the noise are chosen by
/// the likelihood of the observations. Candidates are fixed in advance; each observation then costs time proportional
/// to their number.
public struct GaussianProcess: Sendable {
    /// Covariance of two strings.
    public struct Kernel: Hashable, Sendable {
        /// How fast the covariance falls with the share of places that differ.
        public let decay: Double
        /// Noise variance as a share of the total variance.
        public let noise: Double
        /// The covariance by the number of places that differ.
        private let covariances: [Double]

        init(decay: Double, noise: Double, length: Int) {
            self.decay = decay
            self.noise = noise
            covariances = (0...length).map { exp(-decay * Double($0) / Double(max(1, length))) }
        }

        func covariance(_ first: [UInt8], _ second: [UInt8]) -> Double {
            var differences = 0
            for index in first.indices where first[index] != second[index] { differences += 1 }
            return covariances[differences]
        }
    }

    /// The posterior of a candidate.
    public struct Belief: Hashable, Sendable {
        /// Posterior mean.
        public var mean: Double
        /// Posterior standard deviation.
        public var deviation: Double

        /// Makes a belief.
        public init(mean: Double, deviation: Double) {
            self.mean = mean
            self.deviation = deviation
        }
    }

    private static let decays = [0.3, 0.6, 1.2, 2.4, 4.8]
    private static let noises = [0.003, 0.03, 0.1, 0.3]
    /// With more observations than this, only the latest ones determine the kernel.
    private static let likelihoodLimit = 256

    private let candidates: [[UInt8]]
    /// Kernel fitted to the observations.
    public let kernel: Kernel
    private var observed: [[UInt8]] = []
    /// The rows of the Cholesky factor of the observations' covariance.
    private var factor: [[Double]] = []
    /// For each observation, its row of the solved covariances with the candidates.
    private var solved: [[Double]] = []
    private var variance: [Double]

    /// Makes a process with observations.
    /// - Parameters:
    ///   - candidates: Strings to predict, all of the same length.
    ///   - observed: Strings that were observed.
    ///   - values: The observed value of each, with mean 0 and variance 1, approximately.
    public init(candidates: [[UInt8]], observed: [[UInt8]], values: [Double]) {
        self.candidates = candidates
        variance = [Double](repeating: 1, count: candidates.count)
        kernel = Self.likeliest(observed.suffix(Self.likelihoodLimit), values.suffix(Self.likelihoodLimit))
        for string in observed { observe(string) }
    }

    /// Observes another string; its value is passed to `beliefs`.
    public mutating func observe(_ string: [UInt8]) {
        let row = Self.extend(factor, with: string, observed, kernel)
        var covariances = candidates.map { kernel.covariance(string, $0) }
        covariances.withUnsafeMutableBufferPointer { covariances in
            for (weight, earlier) in zip(row, solved) {
                earlier.withUnsafeBufferPointer { earlier in
                    for index in 0..<covariances.count { covariances[index] -= weight * earlier[index] }
                }
            }
            let diagonal = row[row.count - 1]
            for index in 0..<covariances.count { covariances[index] /= diagonal }
        }
        for index in variance.indices { variance[index] -= covariances[index] * covariances[index] }
        factor.append(row)
        solved.append(covariances)
        observed.append(string)
    }

    /// The posterior of each candidate.
    /// - Parameter values: The observed value of each string; the last ones may be missing, in which case these strings
    ///   only reduce the variance nearby.
    public func beliefs(_ values: [Double]) -> [Belief] {
        let weights = Self.solve(factor[..<values.count], values)
        let scale = max(weights.reduce(0) { $0 + $1 * $1 } / Double(max(1, values.count)), 1e-6)
        var means = [Double](repeating: 0, count: candidates.count)
        for (weight, row) in zip(weights, solved) {
            for index in means.indices { means[index] += weight * row[index] }
        }
        return zip(means, variance).map { mean, variance in
            Belief(mean: mean, deviation: (max(variance, 1e-9) * scale).squareRoot())
        }
    }

    /// The posterior means of the observed strings, without noise.
    public func smoothed(_ values: [Double]) -> [Double] {
        var weights = Self.solve(factor[..<values.count], values)
        for index in weights.indices.reversed() {
            weights[index] /= factor[index][index]
            for earlier in 0..<index { weights[earlier] -= factor[index][earlier] * weights[index] }
        }
        return zip(values, weights).map { $0 - kernel.noise * $1 }
    }

    /// The expected improvement of a candidate over a value.
    public static func expectedImprovement(_ belief: Belief, over best: Double) -> Double {
        let distance = (belief.mean - best) / belief.deviation
        let density = exp(-distance * distance / 2) / (2 * Double.pi).squareRoot()
        let below = erfc(-distance / 2.0.squareRoot()) / 2
        return belief.deviation * (distance * below + density)
    }

    // MARK: Parts

    /// The next row of a Cholesky factor.
    private static func extend(
        _ factor: [[Double]], with string: [UInt8], _ observed: [[UInt8]], _ kernel: Kernel
    ) -> [Double] {
        var row = solve(factor[...], observed.map { kernel.covariance(string, $0) })
        let rest = 1 + kernel.noise - row.reduce(0) { $0 + $1 * $1 }
        row.append(max(rest, 1e-9).squareRoot())
        return row
    }

    /// Solves a lower triangular system.
    private static func solve(_ factor: ArraySlice<[Double]>, _ right: [Double]) -> [Double] {
        var solution: [Double] = []
        solution.reserveCapacity(right.count + 1)
        for (row, value) in zip(factor, right) {
            var rest = value
            for index in solution.indices { rest -= row[index] * solution[index] }
            solution.append(rest / row[solution.count])
        }
        return solution
    }

    private static func likeliest(_ observed: ArraySlice<[UInt8]>, _ values: ArraySlice<Double>) -> Kernel {
        let (observed, values) = (Array(observed), Array(values))
        let length = observed.first?.count ?? 0
        var best = (kernel: Kernel(decay: 1.2, noise: 0.03, length: length), likelihood: -Double.infinity)
        for decay in decays {
            for noise in noises {
                let kernel = Kernel(decay: decay, noise: noise, length: length)
                var factor: [[Double]] = []
                for (index, string) in observed.enumerated() {
                    factor.append(extend(factor, with: string, Array(observed[..<index]), kernel))
                }
                let weights = solve(factor[...], values)
                let count = Double(values.count)
                let scale = max(weights.reduce(0) { $0 + $1 * $1 } / max(count, 1), 1e-9)
                let volume = factor.reduce(0) { $0 + log($1[$1.count - 1]) }
                let likelihood = -count / 2 * log(scale) - volume
                if likelihood > best.likelihood { best = (kernel, likelihood) }
            }
        }
        return best.kernel
    }
}
