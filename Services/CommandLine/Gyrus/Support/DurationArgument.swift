import ArgumentParser
import Launcher
import Model

/// The time span syntax of all options, such as `500ms`, `5s`, `1m30s`, `24h` or `90d`.
struct DurationArgument {
    let duration: Duration

    /// Reads a time span.
    /// - Throws: A usage error with an example.
    init(_ text: String) throws {
        guard let duration = parseDuration(text) else {
            let example =
                text.allSatisfy(\.isNumber) && !text.isEmpty ? "\(text)s or \(text)m" : "500ms, 5s, 1m30s or 24h"
            throw ValidationError("'\(text)' is not a time span: a number needs a unit, such as \(example).")
        }
        self.duration = duration
    }

    /// A time span, or a bare number of seconds as in Docker Compose.
    static func orSeconds(_ text: String) throws -> DurationArgument {
        try DurationArgument(!text.isEmpty && text.allSatisfy(\.isNumber) ? "\(text)s" : text)
    }
}
