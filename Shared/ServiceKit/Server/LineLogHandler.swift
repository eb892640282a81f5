import Foundation
public import Logging

/// Writes one line for each record: time, level, service, message, then `key=value` pairs.
///
/// ```
/// 2026-11-23T12:00:00.123Z info registry model registered id=m1 network=3f2a
/// ```
public struct LineLogHandler: LogHandler {
    /// Values for every record of this logger.
    public var metadata: Logger.Metadata = [:]
    /// Values that come from the task at the time of the record.
    public var metadataProvider: Logger.MetadataProvider?
    /// The least level that is written.
    public var logLevel: Logger.Level
    private let label: String
    private let write: @Sendable (String) -> Void

    /// Makes a handler that writes to standard error.
    public init(label: String, level: Logger.Level) {
        self.init(label: label, level: level) { line in
            // One call for each line, so that lines of several processes in one file do not mix.
            _ = line.utf8.withContiguousStorageIfAvailable { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
    }

    init(label: String, level: Logger.Level, write: @escaping @Sendable (String) -> Void) {
        self.label = label
        self.logLevel = level
        self.write = write
    }

    /// The value of a key.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a record.
    public func log(event: LogEvent) {
        var values = metadata
        if let provided = metadataProvider?.get() { values.merge(provided) { _, new in new } }
        if let own = event.metadata { values.merge(own) { _, new in new } }
        let pairs = values.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted($0.value.description))" }
        let message = Self.oneLine(event.message.description)
        var line = "\(Self.timestamp()) \(event.level) \(label) \(message)\(pairs.joined())\n"
        line.makeContiguousUTF8()
        write(line)
    }

    /// The time without Foundation's formatters, which would cost a service a tenth of its start.
    static func timestamp(_ now: Date = Date()) -> String {
        var seconds = time_t(now.timeIntervalSince1970.rounded(.down))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let milliseconds = Int((now.timeIntervalSince1970 - Double(seconds)) * 1000)
        func padded(_ number: some BinaryInteger, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))T"
            + "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec)).\(padded(milliseconds, 3))Z"
    }

    static func quoted(_ text: String) -> String {
        let needsQuotes = text.isEmpty || text.contains { $0 == " " || $0 == "\"" || $0 == "=" || $0.isNewline }
        guard needsQuotes else { return text }
        return "\"" + oneLine(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")) + "\""
    }

    private static func oneLine(_ text: String) -> String {
        text.contains(where: \.isNewline) ? text.split(whereSeparator: \.isNewline).joined(separator: "\\n") : text
    }
}
