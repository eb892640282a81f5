/// A decimal number of at most nine digits that preserves the way it was written: `96` and `96.0` are different values.
struct ShortDecimal: Hashable, Sendable {
    /// The digits without the decimal point.
    let digits: UInt32
    /// How many of the digits follow the decimal point.
    let decimals: UInt32

    /// Takes the digits and the position of the decimal point; nil if there are more than nine digits.
    init?(digits: UInt32, decimals: UInt32) {
        guard digits < 1_000_000_000, decimals <= 8 else { return nil }
        self.digits = digits
        self.decimals = decimals
    }

    /// Parses digits with at most one decimal point between them and no superfluous leading zeros.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let joined = parts.joined()
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }), joined.utf8.count <= 9,
            joined.utf8.allSatisfy({ (48...57).contains($0) }), let digits = UInt32(joined),
            parts[0] == "0" || !parts[0].hasPrefix("0")
        else { return nil }
        self.init(digits: digits, decimals: parts.count == 2 ? UInt32(parts[1].utf8.count) : 0)
    }

    /// The number closest to a value with the given number of decimal places; nil if it does not fit.
    init?(rounding value: Double, decimals: UInt32) {
        guard decimals <= 8, value.isFinite, value >= 0 else { return nil }
        let scaled = (value * ShortDecimal.power(decimals)).rounded(.toNearestOrEven)
        guard scaled < 1e9 else { return nil }
        self.init(digits: UInt32(scaled), decimals: decimals)
    }

    /// The nearest binary number.
    var value: Double { Double(digits) / ShortDecimal.power(decimals) }

    /// The number as it was written.
    var description: String {
        guard decimals > 0 else { return String(digits) }
        let text = String(digits)
        let padded = String(repeating: "0", count: max(0, Int(decimals) + 1 - text.utf8.count)) + text
        return "\(padded.dropLast(Int(decimals))).\(padded.suffix(Int(decimals)))"
    }

    private static func power(_ exponent: UInt32) -> Double {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}
