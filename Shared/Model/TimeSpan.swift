/// A duration in the format of the Compose Specification, such as `1m30s`.
public func parseDuration(_ text: String) -> Duration? {
    if text == "0" { return .zero }
    let units: [String: Double] = ["us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400]
    var rest = Substring(text)
    var seconds = 0.0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
        let number = rest.prefix { $0.isNumber || $0 == "." }
        rest = rest[number.endIndex...]
        let unit = rest.prefix { $0.isLetter }
        rest = rest[unit.endIndex...]
        guard let value = Double(number), let factor = units[String(unit)] else { return nil }
        seconds += value * factor
    }
    return seconds < 1e9 ? .microseconds(Int64((seconds * 1e6).rounded())) : nil
}

/// A time span that a user wrote.
/// - Throws: `Failure` with code `invalid-argument` and an example.
public func timeSpan(_ text: String) throws(Failure) -> Duration {
    guard let duration = parseDuration(text) else {
        let isNumber = text.allSatisfy(\.isNumber) && !text.isEmpty
        let example = isNumber ? "\(text)s or \(text)m" : "500ms, 5s, 1m30s or 24h"
        throw Failure(
            .invalidArgument, "'\(text)' is not a time span: a number needs a unit, such as \(example).")
    }
    return duration
}
