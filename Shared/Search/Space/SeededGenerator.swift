import Model

/// Random numbers that depend only on a seed and a stream: the same on every machine and with every version of Swift.
///
/// A search takes a new stream for each proposal, so that a proposal never depends on how many numbers others drew.
public struct SeededGenerator: RandomNumberGenerator, Hashable, Sendable, Codable {
    private var state: [UInt64]

    /// Makes the generator of a seed's stream (xoshiro256**, its state filled by SplitMix64).
    public init(seed: UInt64, stream: UInt64 = 0) {
        var ofSeed = SplitMix64(seed: seed)
        var mixer = SplitMix64(seed: ofSeed.next() ^ (stream &* 0xD1B5_4A32_D192_ED03))
        state = (0..<4).map { _ in mixer.next() }
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        func rotated(_ value: UInt64, by bits: UInt64) -> UInt64 { (value << bits) | (value >> (64 - bits)) }
        let result = rotated(state[1] &* 5, by: 7) &* 9
        let shifted = state[1] << 17
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = rotated(state[3], by: 45)
        return result
    }

    /// A uniformly distributed integer from 0 up to, but not including, a bound.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "the bound must be above 0")
        let bound = UInt64(bound)
        // Draws in the short remainder at the lower end would favor some results.
        let rest = (0 &- bound) % bound
        while true {
            let product = next().multipliedFullWidth(by: bound)
            if product.low >= rest { return Int(product.high) }
        }
    }

    /// Returns true with a given probability.
    public mutating func chance(_ probability: Double) -> Bool {
        Double(next() >> 11) * 0x1p-53 < probability
    }
}
