/// An accuracy as people write it: `96%`, `95.45%`. It preserves the way it was written.
public struct AccuracyPercentage: Hashable, Sendable, CustomStringConvertible {
    let number: ShortDecimal

    init?(number: ShortDecimal) {
        guard number.value <= 100 else { return nil }
        self.number = number
    }

    /// Parses a number from 0 to 100 and `%`.
    /// - Throws: `Failure` with code `invalid-argument`.
    public init(_ text: String) throws {
        guard text.hasSuffix("%"), let number = ShortDecimal(text.dropLast()), let accuracy = Self(number: number)
        else {
            throw Failure(
                .invalidArgument,
                "'\(text.prefix(80))' is not an accuracy: expected a number from 0 to 100 followed by %, such as 96%.")
        }
        self = accuracy
    }

    /// A share of correct answers, rounded to hundredths of a percent.
    /// - Throws: `Failure` with code `invalid-argument` if it is not from 0 to 1.
    public init(fraction: Double) throws {
        guard (0...1).contains(fraction), let number = ShortDecimal(rounding: fraction * 100, decimals: 2),
            let accuracy = Self(number: number)
        else { throw Failure(.invalidArgument, "\(fraction) is not an accuracy: expected a share from 0 to 1.") }
        self = accuracy
    }

    /// The share of correct answers, 0 to 1.
    public var fraction: Double { number.value / 100 }

    /// The accuracy as it was written.
    public var description: String { number.description + "%" }
}
