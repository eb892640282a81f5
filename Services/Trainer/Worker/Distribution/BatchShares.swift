/// Each worker's share of every mini-batch (dynamic batch size; Ye et al., 2020).
///
/// If worker i took the time tᵢ to compute its share pᵢ, the new shares are p′ᵢ = k pᵢ / tᵢ with k = 1 / Σⱼ pⱼ / tⱼ,
/// proportional to the workers' speeds. While times hardly differ, shares are kept: kernels recompile for every new
/// size, which costs more than a perfect balance gains. Shares of a batch are rounded by largest remainders, so that
/// they add up to it and, if there are enough samples, every worker gets one.
struct BatchShares: Hashable {
    /// Relative difference of times above which shares change. At most (N − 1) / N of it is lost: when one of N workers
    /// is slower than all others.
    private static let tolerance = 0.1

    /// Share of each worker; they add up to 1.
    private(set) var fractions: [Double]

    init(workers: Int) { fractions = Array(repeating: 1 / Double(workers), count: workers) }

    /// Adapts the shares to the workers' speeds.
    /// - Parameter times: How long each worker has computed on its share; if one is unknown, nothing changes.
    /// - Returns: Whether shares have changed.
    @discardableResult
    mutating func adapt(to times: [Double]) -> Bool {
        guard times.count == fractions.count, times.allSatisfy({ $0 > 0 && $0.isFinite }),
            let least = times.min(), let most = times.max()
        else { return false }
        guard most - least > Self.tolerance * times.reduce(0, +) / Double(times.count) else { return false }
        let speeds = zip(fractions, times).map { $0 / $1 }
        let sum = speeds.reduce(0, +)
        fractions = speeds.map { $0 / sum }
        return true
    }

    /// Number of samples of each worker in a batch.
    func counts(of batch: Int) -> [Int] {
        let least = batch >= fractions.count ? 1 : 0
        let free = Double(batch - least * fractions.count)
        var counts = fractions.map { least + Int(free * $0) }
        let rests = fractions.indices.sorted { left, right in
            let (a, b) = (free * fractions[left], free * fractions[right])
            return (a - a.rounded(.down), right) > (b - b.rounded(.down), left)
        }
        for worker in rests.prefix(max(0, batch - counts.reduce(0, +))) { counts[worker] += 1 }
        return counts
    }

    /// A worker's part of a batch.
    func range(of rank: Int, in batch: Range<Int>) -> Range<Int> {
        let counts = counts(of: batch.count)
        let begin = batch.lowerBound + counts[..<rank].reduce(0, +)
        return begin..<begin + counts[rank]
    }
}
