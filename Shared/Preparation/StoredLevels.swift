/// How often each level of bytes occurs, by channel. Counts of different samples can be added in any order.
struct StoredLevels: Hashable, Sendable {
    private(set) var counts: [Int64]

    /// Number of levels of a byte.
    static let levels = 256

    init(channels: Int) { counts = [Int64](repeating: 0, count: channels * Self.levels) }

    /// - Parameter counts: The counts of each channel, one after another.
    init(counts: [Int64]) { self.counts = counts }

    private var channels: Int { counts.count / Self.levels }

    /// Adds a row, which has one channel after another.
    mutating func add(_ row: [UInt8]) {
        let size = row.count / channels
        counts.withUnsafeMutableBufferPointer { counts in
            row.withUnsafeBufferPointer { row in
                for channel in 0..<counts.count / Self.levels {
                    for place in channel * size..<(channel + 1) * size {
                        counts[channel * Self.levels + Int(row[place])] += 1
                    }
                }
            }
        }
    }

    /// Adds the counts of other samples.
    mutating func add(_ other: StoredLevels) {
        for place in counts.indices { counts[place] += other.counts[place] }
    }

    /// The mean of each channel and its standard deviation, which is 1 if all bytes are equal.
    var moments: [(mean: Double, deviation: Double)] {
        (0..<channels).map { channel in
            let counts = counts[channel * Self.levels..<(channel + 1) * Self.levels].enumerated()
            let count = Double(max(counts.reduce(0) { $0 + $1.element }, 1))
            let mean = counts.reduce(0) { $0 + Double(Int64($1.offset) * $1.element) } / count
            let squares = counts.reduce(0.0) { sum, level in
                sum + Double(level.element) * (Double(level.offset) - mean) * (Double(level.offset) - mean)
            }
            let deviation = (squares / count).squareRoot()
            return (mean, deviation > 1e-6 ? deviation : 1)
        }
    }
}
