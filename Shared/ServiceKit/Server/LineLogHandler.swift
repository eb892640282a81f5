import Foundation
public import Logging
import Model

/// The format of log records.
public enum LogFormat: String, CaseIterable, Sendable {
    /// A line of text for people.
    case text
    /// One JSON object per line, for programs that collect logs.
    case json

    /// The format with a given name.
    /// - Throws: `Failure` that lists the formats.
    public init(named name: String) throws {
        guard let format = Self(rawValue: name) else {
            throw Failure(.invalidArgument, "'\(name)' is not a log format; use text or json.")
        }
        self = format
    }
}

/// Writes one line per record: time, level, service, message, then `key=value` pairs, or all of it as a JSON object.
///
/// ```
/// 2026-11-23T12:00:00.123Z info registry model registered id=m1 network=3f2a
/// {"id":"m1","level":"info","message":"model registered","network":"3f2a","service":"registry","time":"2026-11-23T…"}
/// ```
public struct LineLogHandler: LogHandler {
    /// Values for every record of this logger.
    public var metadata: Logger.Metadata = [:]
    /// Provides values from the current task at the time of the record.
    public var metadataProvider: Logger.MetadataProvider?
    /// The lowest level that is written.
    public var logLevel: Logger.Level
    private let label: String
    private let format: LogFormat
    private let write: @Sendable (String) -> Void

    /// Makes a handler that writes to standard error.
    public init(label: String, level: Logger.Level, format: LogFormat = .text) {
        self.init(label: label, level: level, format: format) { line in
            // One call per line, so that lines of several processes in one file do not mix.
            _ = line.utf8.withContiguousStorageIfAvailable { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
    }

    init(
        label: String, level: Logger.Level, format: LogFormat = .text, write: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        self.format = format
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
        var line =
            switch format {
            case .text: text(of: event, values)
            case .json: object(of: event, values)
            }
        line.makeContiguousUTF8()
        write(line)
    }

    private func text(of event: LogEvent, _ values: Logger.Metadata) -> String {
        let pairs = values.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted($0.value.description))" }
        let message = Self.oneLine(event.message.description)
        return "\(Self.timestamp()) \(event.level) \(label) \(message)\(pairs.joined())\n"
    }

    /// The record's own values override other values with the same name.
    private func object(of event: LogEvent, _ values: Logger.Metadata) -> String {
        var fields = values.mapValues(\.description)
        if let task = fields["task"] { fields.merge(Self.identities(in: task)) { given, _ in given } }
        if let subject = fields["subject"] { fields.merge(Self.identities(in: subject)) { given, _ in given } }
        fields["time"] = Self.timestamp()
        fields["level"] = event.level.rawValue
        fields["service"] = label
        fields["message"] = event.message.description
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(fields) else { return text(of: event, values) }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    /// The scenario and the trial named by the identity of a task or trial, such as `3fa2…/17/train`; a search that was
    /// started again adds its number to the scenario's: `3fa2….1/17/train`.
    static func identities(in text: String) -> [String: String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let names = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 1, names.count == 1 || Int(names[1]) != nil, let id = try? ScenarioID(String(names[0]))
        else {
            return [:]
        }
        var found = ["scenario": id.text]
        if Int(parts[1]) != nil { found["trial"] = String(parts[1]) }
        return found
    }

    /// The time, without Foundation's formatters, which would take a tenth of a service's start-up time.
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
