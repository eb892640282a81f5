/// A number of parameters as people write it: `2M`, `11.7M`, `1234`. It preserves the way it was written.
public struct ParameterSize: Hashable, Sendable, CustomStringConvertible {
    /// The unit after the number.
    enum Unit: UInt32, CaseIterable {
        case one, thousand, million, billion, trillion

        var symbol: String { ["", "K", "M", "G", "T"][Int(rawValue)] }
        var factor: Double { [1, 1e3, 1e6, 1e9, 1e12][Int(rawValue)] }
    }

    let number: ShortDecimal
    let unit: Unit

    init(number: ShortDecimal, unit: Unit) {
        self.number = number
        self.unit = unit
    }

    /// Parses a number and a unit: nothing, `K`, `M`, `G` or `T`.
    /// - Throws: `Failure` with code `invalid-argument`.
    public init(_ text: String) throws {
        let unit = Unit.allCases.last { text.hasSuffix($0.symbol) } ?? .one
        guard let number = ShortDecimal(text.dropLast(unit.symbol.count)) else {
            throw Failure(
                .invalidArgument,
                """
                '\(text.prefix(80))' is not a size: expected a number of at most nine digits, optionally followed by \
                K, M, G or T, such as 2M.
                """)
        }
        self.init(number: number, unit: unit)
    }

    /// The size of a network, rounded to at most three digits, without trailing zeros: 2,000,000 is `2M` and 44,426 is
    /// `44.4K`.
    public init(parameters: UInt64) {
        let count = Double(parameters)
        let units = Unit.allCases
        var unit = units.last { count >= $0.factor } ?? .one
        // 999,999 would round to 1000K.
        if count / unit.factor >= 999.5, let next = Unit(rawValue: unit.rawValue + 1) { unit = next }
        let scaled = count / unit.factor
        let decimals: UInt32 = unit == .one ? 0 : scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2
        var number = ShortDecimal(rounding: scaled, decimals: decimals) ?? ParameterSize.largest
        while number.decimals > 0, number.digits % 10 == 0,
            let shorter = ShortDecimal(digits: number.digits / 10, decimals: number.decimals - 1)
        {
            number = shorter
        }
        self.init(number: number, unit: unit)
    }

    /// The number of parameters; only as exact as the text.
    public var parameters: Double { number.value * unit.factor }

    /// The size as it was written.
    public var description: String { number.description + unit.symbol }

    private static var largest: ShortDecimal {
        guard let number = ShortDecimal(digits: 999_999_999, decimals: 0) else { preconditionFailure("nine digits") }
        return number
    }
}
