public import Foundation

/// A day or a time in UTC, written as `2026-11-23` or `2026-11-23T12:00:00Z`.
public struct CalendarSpan: Hashable, Sendable {
    /// Start of the span.
    public let begin: Date
    /// End of the span; for a time, one microsecond after it.
    public let end: Date

    /// Parses a text; nil if it is neither a day nor a time.
    public init?(_ text: String) {
        let day = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
        if text.count == 10, let begin = try? Date(text, strategy: day) {
            self.begin = begin
            end = begin.addingTimeInterval(24 * 3600)
        } else if let moment = try? Date(text, strategy: .iso8601) {
            begin = moment
            end = moment.addingTimeInterval(1e-6)
        } else {
            return nil
        }
    }
}
