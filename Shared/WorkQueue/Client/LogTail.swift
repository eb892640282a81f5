package import Logging
import Synchronization

/// The last lines logged about a task, kept in case it fails.
package final class LogTail: Sendable {
    private static let mostLines = 200

    private let lines = Mutex<[String]>([])

    /// Makes an empty tail.
    package init() {}

    /// A logger that forwards to another one and keeps records of level `debug` and above.
    package func logger(like base: Logger) -> Logger {
        var logger = Logger(label: base.label) { _ in TailHandler(base: base, tail: self) }
        logger.logLevel = min(base.logLevel, .debug)
        return logger
    }

    /// The lines, oldest first.
    package var text: String { lines.withLock { $0.joined(separator: "\n") } }

    fileprivate func append(_ line: String) {
        lines.withLock { lines in
            if lines.count == Self.mostLines { lines.removeFirst() }
            lines.append(line)
        }
    }
}

private struct TailHandler: LogHandler {
    let base: Logger
    let tail: LogTail
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let details = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = details.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
        tail.append("\(event.level) \(event.message)" + pairs.joined())
        base.log(
            level: event.level, event.message, metadata: details, source: event.source, file: event.file,
            function: event.function, line: event.line)
    }
}
