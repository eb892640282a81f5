import Foundation
import Glibc
import HelperProcesses

/// A log line of a replica.
public struct LogLine: Hashable, Sendable {
    /// Replica that printed it.
    public let replica: ReplicaID
    /// When it was printed, such as `2026-01-02T03:04:05.678901Z`.
    public let time: String
    /// The line without its line break.
    public let text: String

    /// Makes a line.
    public init(replica: ReplicaID, time: String, text: String) {
        self.replica = replica
        self.time = time
        self.text = text
    }
}

/// Reads a replica's log, file by file, and continues where it stopped even if the log was rotated in the meantime.
public struct ReplicaLog: Sendable {
    /// The replica that wrote the log.
    public let replica: ReplicaID
    private let path: String
    private var file: Descriptor?
    private var inode: UInt64 = 0
    private var rest: [UInt8] = []
    /// The bytes of an incomplete line; a character may be split between two reads.
    private var pending: (time: String, bytes: [UInt8])?

    /// Maximum line length in bytes; longer lines are shown in pieces.
    private static let longestLine = 8 << 20

    /// The log of a replica, from the oldest line kept.
    public init(of replica: ReplicaID, in directory: ProjectDirectory) {
        self.replica = replica
        path = directory.log(of: replica).path
    }

    /// Every replica of the project that has a log.
    public static func replicas(in directory: ProjectDirectory) -> [ReplicaID] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.logs.path)) ?? []
        return files.filter { $0.hasSuffix(".log") }.compactMap { ReplicaID(name: String($0.dropLast(4))) }.sorted()
    }

    /// The lines since the last call.
    /// - Parameter isLast: Whether this is the last call, so that an incomplete line is returned, too.
    public mutating func newLines(isLast: Bool = false) -> [LogLine] {
        var bytes = rest
        repeat {
            if let file { Self.readToEnd(file, into: &bytes) }
        } while openNext()
        var lines: [LogLine] = []
        var start = 0
        for end in bytes.indices where bytes[end] == UInt8(ascii: "\n") {
            if let line = take(bytes[start..<end]) { lines.append(line) }
            start = end + 1
        }
        rest = Array(bytes[start...])
        if isLast, let line = takePending() { lines.append(line) }
        return lines
    }

    /// Takes one record of the keeper; a `+` after its time means that the line continues in the next record.
    /// - Returns: The line if it is complete.
    private mutating func take(_ bytes: ArraySlice<UInt8>) -> LogLine? {
        let parts = bytes.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        let goesOn = parts[0].last == UInt8(ascii: "+")
        let time = String(decoding: goesOn ? parts[0].dropLast() : parts[0], as: UTF8.self)
        if pending == nil { pending = (time, []) }
        pending?.bytes.append(contentsOf: parts.count > 1 ? parts[1] : [])
        return goesOn && (pending?.bytes.count ?? 0) < Self.longestLine ? nil : takePending()
    }

    private mutating func takePending() -> LogLine? {
        defer { pending = nil }
        return pending.map {
            LogLine(replica: replica, time: $0.time, text: String(decoding: $0.bytes, as: UTF8.self))
        }
    }

    private static func readToEnd(_ file: Descriptor, into bytes: inout [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = read(file.number, &buffer, buffer.count), count > 0 {
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// Opens the next file; false if there is none yet.
    private mutating func openNext() -> Bool {
        // Oldest first: path.2, path.1, path.
        var files: [(path: String, inode: UInt64)] = []
        var number = 0
        while let inode = Self.inode(of: number == 0 ? path : "\(path).\(number)") {
            files.insert((number == 0 ? path : "\(path).\(number)", inode), at: 0)
            number += 1
        }
        let position = file == nil ? nil : files.firstIndex { $0.inode == inode }
        guard let next = position.map({ $0 + 1 }) ?? files.indices.first, next < files.count else { return false }
        guard let opened = try? Descriptor.open(files[next].path, O_RDONLY) else { return false }
        var status = stat()
        guard fstat(opened.number, &status) == 0 else { return false }
        // A rotation between listing and opening shows as a different inode; the next call handles it.
        guard UInt64(status.st_ino) == files[next].inode else { return true }
        file = opened
        inode = files[next].inode
        return true
    }

    private static func inode(of path: String) -> UInt64? {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }
}

/// Formats lines of several replicas like Docker Compose: `registry-1  | text`, each replica in its own color.
public struct LogPrinter: Sendable {
    /// Whether the names are colored.
    public var isColored: Bool
    /// Whether each line begins with the replica's name.
    public var hasPrefix: Bool
    /// Whether each line has its time.
    public var hasTime: Bool
    private var width = 0
    private var numbers: [ReplicaID: Int] = [:]
    private static let colors = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94]

    /// Makes a printer.
    public init(isColored: Bool, hasPrefix: Bool = true, hasTime: Bool = false) {
        self.isColored = isColored
        self.hasPrefix = hasPrefix
        self.hasTime = hasTime
    }

    /// Widens the column to fit these replicas' names.
    public mutating func introduce(_ replicas: [ReplicaID]) {
        for replica in replicas where numbers[replica] == nil {
            numbers[replica] = numbers.count
            width = max(width, "\(replica)".count)
        }
    }

    /// The formatted line.
    public mutating func format(_ line: LogLine) -> String {
        introduce([line.replica])
        let time = hasTime ? "\(line.time) " : ""
        guard hasPrefix else { return time + line.text }
        let name = "\(line.replica)"
        let prefix = name + String(repeating: " ", count: width - name.count) + "  | "
        let color = Self.colors[(numbers[line.replica] ?? 0) % Self.colors.count]
        return (isColored ? "\u{1B}[\(color)m\(prefix)\u{1B}[0m" : prefix) + time + line.text
    }
}

/// The logs of a project's replicas, merged by time.
public struct ProjectLogs: Sendable {
    private let directory: ProjectDirectory
    private let services: Set<String>
    private var logs: [ReplicaID: ReplicaLog] = [:]

    /// The logs of these services; of all services if none is named.
    public init(of directory: ProjectDirectory, services: Set<String>) {
        self.directory = directory
        self.services = services
    }

    /// The lines since the last call, including those of new replicas.
    /// - Parameters:
    ///   - last: Maximum number of lines per replica.
    ///   - isLast: Whether this is the last call, so that an incomplete line is returned, too.
    public mutating func newLines(last: Int? = nil, isLast: Bool = false) -> [LogLine] {
        var lines: [LogLine] = []
        for replica in ReplicaLog.replicas(in: directory) where services.isEmpty || services.contains(replica.service) {
            var log = logs[replica] ?? ReplicaLog(of: replica, in: directory)
            let new = log.newLines(isLast: isLast)
            lines += last.map { new.suffix($0) } ?? new[...]
            logs[replica] = log
        }
        // Sorting by time keeps each replica's own order, because its times never decrease.
        return lines.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }
}
