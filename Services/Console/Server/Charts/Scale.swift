import Foundation

/// Maps values to coordinates, and finds round tick values.
struct Scale {
    let low: Double
    let high: Double
    let from: Double
    let to: Double
    let isLogarithmic: Bool

    /// Makes a scale for values, with a small margin around them.
    init(_ values: some Collection<Double>, from: Double, to: Double, isLogarithmic: Bool = false) {
        let values = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
        var low = values.min() ?? (isLogarithmic ? 1 : 0)
        var high = values.max() ?? (isLogarithmic ? 10 : 1)
        if isLogarithmic {
            (low, high) = (low / 1.25, high * 1.25)
        } else {
            let air = high > low ? (high - low) * 0.06 : max(abs(high) * 0.1, 1e-3)
            (low, high) = (low - air, high + air)
        }
        self.low = low
        self.high = high
        self.from = from
        self.to = to
        self.isLogarithmic = isLogarithmic
    }

    /// The coordinate of a value.
    func callAsFunction(_ value: Double) -> Double {
        let share =
            isLogarithmic
            ? log(max(value, low) / low) / log(high / low) : (value - low) / (high - low)
        return from + share * (to - from)
    }

    /// Round values within the scale, about as many as requested.
    func ticks(_ count: Int) -> [Double] {
        isLogarithmic ? logarithmicTicks(count) : linearTicks(count)
    }

    private func linearTicks(_ count: Int) -> [Double] {
        let rough = (high - low) / Double(max(1, count))
        let power = pow(10, floor(log10(rough)))
        let step = ([1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.8 }) ?? rough
        let first = Int((low / step).rounded(.up))
        let last = Int((high / step).rounded(.down))
        guard first <= last else { return [] }
        return (first...last).map { Double($0) * step }
    }

    private func logarithmicTicks(_ count: Int) -> [Double] {
        let powers = (Int(floor(log10(low)))...Int(ceil(log10(high)))).map { pow(10, Double($0)) }
        let factors: [Double] = powers.count > 3 ? [1] : [1, 2, 5]
        return powers.flatMap { power in factors.map { $0 * power } }.filter { (low...high).contains($0) }
    }
}
