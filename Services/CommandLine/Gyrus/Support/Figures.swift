import Foundation
import Presentation

/// Numbers formatted for people.
enum Figures: NumberFormat {
    static let groupSeparator = ","

    /// A number with four digits.
    static func plain(_ value: Double) -> String { String(format: "%.4g", value) }

    /// A size in bytes, such as `3.2 MB`.
    static func bytes(_ value: UInt64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var amount = Double(value)
        var unit = 0
        while amount >= 1000 && unit < units.count - 1 {
            amount /= 1000
            unit += 1
        }
        return unit == 0 ? "\(value) B" : "\(fixed(amount, 1)) \(units[unit])"
    }

    /// A time, such as `2026-11-20T12:00:00Z`.
    static func day(_ time: Date?) -> String { time?.formatted(.iso8601) ?? "–" }

    /// A time span, such as `2m10s`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        return whole < 60
            ? "\(whole)s"
            : whole < 3600
                ? "\(whole / 60)m\(String(format: "%02d", whole % 60))s"
                : "\(whole / 3600)h\(String(format: "%02d", whole % 3600 / 60))m"
    }
}
