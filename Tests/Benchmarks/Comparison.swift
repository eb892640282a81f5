import Foundation

/// The rates of Gyrus and its peer, measured in alternating rounds.
struct Comparison {
    /// What was measured, such as `messages, 64 in flight`.
    let name: String
    /// What a rate counts, such as `round trips`.
    let unit: String
    /// What Gyrus is compared with.
    let peer: String
    private var ours: [Double] = []
    private var theirs: [Double] = []

    init(_ name: String, unit: String, peer: String) {
        self.name = name
        self.unit = unit
        self.peer = peer
    }

    /// Adds a round, in things per second.
    mutating func add(ours: Double, theirs: Double) {
        self.ours.append(ours)
        self.theirs.append(theirs)
    }

    /// The median of the rounds' ratios; above 1, Gyrus is faster.
    var ratio: Double { zip(ours, theirs).map { $0 / $1 }.median }

    /// The printed line.
    var line: String {
        let spread = (ours.max() ?? 0) / max(ours.min() ?? 0, 1e-9) - 1
        return "\(name): gyrus \(ours.median.grouped) \(unit)/s, \(peer) \(theirs.median.grouped) \(unit)/s, "
            + "ratio \(String(format: "%.2f", ratio)) (\(ours.count) rounds, spread \(Int(spread * 100)) %)"
    }
}

extension [Double] {
    /// The mean; 0 if there are none.
    var mean: Double { reduce(0, +) / Double(Swift.max(1, count)) }

    /// The standard error of the mean.
    var standardError: Double {
        let variance = reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(Swift.max(1, count - 1))
        return (variance / Double(Swift.max(1, count))).squareRoot()
    }

    /// The middle value; 0 if there are none.
    var median: Double {
        guard !isEmpty else { return 0 }
        let sorted = sorted()
        let middle = count / 2
        return count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}

extension Double {
    /// With commas between thousands, and one decimal place for values below 100.
    var grouped: String {
        guard self >= 100 else { return String(format: "%.1f", self) }
        var text = ""
        for (index, digit) in String(Int(rounded())).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}

/// The rate per second of what `body` counts.
func rate(_ body: () async throws -> Int) async rethrows -> Double {
    let start = ContinuousClock.now
    let count = try await body()
    return Double(count) / (ContinuousClock.now - start).inSeconds
}

extension Duration {
    /// In seconds, including fractions.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
