import Foundation
public import Model

/// How a program writes numbers for people.
public protocol NumberFormat {
    /// What separates groups of three digits.
    static var groupSeparator: String { get }
    /// A number that is not a share.
    static func plain(_ value: Double) -> String
}

extension NumberFormat {
    /// A share as a percentage, such as `97.31 %`.
    public static func percent(_ share: Double?) -> String { share.map { "\(fixed($0 * 100, 2)) %" } ?? "–" }

    /// A metric's value: a share as a percentage, anything else as a plain number; with its standard error if known.
    public static func value(_ value: Double?, of metric: Metric, error: Double? = nil) -> String {
        guard let value else { return "–" }
        guard metric.isShare else { return plain(value) + (error.map { " ± \(plain($0))" } ?? "") }
        return error.map { "\(fixed(value * 100, 2)) ± \(fixed($0 * 100, 2)) %" } ?? percent(value)
    }

    /// A number with a fixed number of decimals.
    public static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    /// A whole number in groups of three digits.
    public static func count(_ value: some BinaryInteger) -> String {
        var digits = "\(value)".map(String.init)
        var place = digits.count - 3
        while place > 0 && digits[place - 1] != "-" {
            digits.insert(groupSeparator, at: place)
            place -= 3
        }
        return digits.joined()
    }

    /// A number with its noun, such as `1 trial` or `3 trials`.
    public static func amount(_ number: Int, _ word: String) -> String {
        "\(count(number)) \(word)\(number == 1 ? "" : "s")"
    }
}
