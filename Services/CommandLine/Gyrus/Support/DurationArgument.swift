import ArgumentParser
import Model

/// The time span syntax of all options, such as `500ms`, `5s`, `1m30s`, `24h` or `90d`.
struct DurationArgument {
    let duration: Duration

    /// Reads a time span.
    /// - Throws: A usage error with an example.
    init(_ text: String) throws {
        do { duration = try timeSpan(text) } catch { throw ValidationError(error.message) }
    }

    /// A time span, or a bare number of seconds as in Docker Compose.
    static func orSeconds(_ text: String) throws -> DurationArgument {
        try DurationArgument(!text.isEmpty && text.allSatisfy(\.isNumber) ? "\(text)s" : text)
    }
}
