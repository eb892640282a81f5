import Foundation
import Model
import Presentation

/// Numbers formatted for people.
enum Words: NumberFormat {
    // Narrow, and never at the end of a line.
    static let groupSeparator = "\u{202F}"

    /// The metric's value that corresponds to a trial's objective.
    static func worth(_ objective: Double?, of metric: Metric) -> String {
        value(objective.map(metric.utility), of: metric)
    }

    /// A metric's value as a tick label.
    static func tick(_ value: Double, of metric: Metric) -> String {
        metric.isShare ? "\(plain(value * 100)) %" : plain(value)
    }

    /// A number with a unit prefix, such as `1.2 M`.
    static func short(_ value: Double) -> String {
        switch abs(value) {
        case 1e9...: "\(plain(value / 1e9)) G"
        case 1e6...: "\(plain(value / 1e6)) M"
        case 1e3...: "\(plain(value / 1e3)) k"
        default: plain(value)
        }
    }

    /// A number without trailing zeros.
    static func plain(_ value: Double) -> String {
        let text = fixed(value, abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : abs(value) >= 1 ? 2 : 3)
        guard text.contains(".") else { return text }
        return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
    }

    /// A size, such as `3.2 MB`.
    static func bytes(_ value: UInt64) -> String { value < 1000 ? "\(value) B" : "\(short(Double(value)))B" }

    /// A time span, such as `2 m 10 s`.
    static func span(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: "\(Int(max(0, seconds) * 1000)) ms"
        case ..<60: "\(plain(seconds)) s"
        case ..<3600: "\(Int(seconds) / 60) m \(Int(seconds) % 60) s"
        case ..<86_400: "\(Int(seconds) / 3600) h \(Int(seconds) % 3600 / 60) m"
        default: "\(Int(seconds) / 86_400) d \(Int(seconds) % 86_400 / 3600) h"
        }
    }

    /// A time for programs, in UTC.
    static func time(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// A time for people, in UTC, such as `2026-01-31 12:00:05`.
    static func clock(_ date: Date) -> String { String(time(date).prefix(19)).replacing("T", with: " ") }

    /// A tick label for a count; empty between whole numbers.
    static func countTick(_ value: Double) -> String { value == value.rounded() ? count(Int(value)) : "" }
}
