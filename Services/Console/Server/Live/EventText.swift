import Foundation
import Model

/// An event as browsers receive it.
enum EventText {
    /// The event as one line of JSON.
    static func json(_ event: Event) -> String {
        struct Line: Encodable {
            let sequence: UInt64
            let time, clock, service, kind, subject, details: String
            let attributes: [String: String]
        }
        let line = Line(
            sequence: event.sequence, time: Words.time(event.time), clock: Words.clock(event.time),
            service: event.service, kind: event.kind, subject: event.subject, details: details(event),
            attributes: event.attributes)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// The attributes on one line, sorted by name.
    static func details(_ event: Event) -> String {
        event.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "  ")
    }

    /// Values for the event template.
    static func values(_ event: Event) -> [String: Any] {
        [
            "sequence": event.sequence, "time": Words.time(event.time), "clock": Words.clock(event.time),
            "service": event.service, "kind": event.kind, "subject": event.subject, "details": details(event),
        ]
    }
}
