import Foundation
import Model

/// JSON Lines: one object per line. A file that is a single list of objects, or one object that contains rows, is also
/// accepted.
final class JSONLinesSource: RowSource {
    /// Number of rows to examine for the names of fields.
    private static let looked = 10_000

    let names: [String]
    let files: [String]
    private let path: String
    private let encoding: String?
    private let part: SamplePart?
    private let isList: Bool
    /// The rows of a file that is one object; nil for all others.
    private var whole: [[(name: String, cell: Cell)]]?

    /// Opens a file and finds the names of fields in its first rows.
    init(_ path: String, settings: DataSettings, part: SamplePart? = nil) throws {
        self.path = path
        self.part = part
        files = [path]
        encoding = settings.encoding
        let start = try TextStream.open(path, encoding: encoding).bytes(4_096)
        isList = start.first { ![32, 9, 10, 13].contains($0) } == UInt8(ascii: "[")
        var names: [String] = []
        var known: Set<String> = []
        var rows = 0
        whole = isList ? nil : try Self.whole(path, encoding)
        for field in whole?.joined() ?? [].joined() where known.insert(field.name).inserted { names.append(field.name) }
        if let whole, !whole.isEmpty {
            self.names = names
            return
        }
        let lines = try Self.lines(path, encoding, isList: isList)
        var failure = Failure(.invalidArgument, "'\(path)' has no rows.")
        while rows < Self.looked {
            rows += 1
            do {
                guard let fields = try Self.next(lines) else { break }
                for field in fields where known.insert(field.name).inserted { names.append(field.name) }
            } catch let problem as JSONText.Problem {
                // The caller decides what to do about rows that cannot be read.
                if names.isEmpty { failure = Self.failure(path, rows, "not valid JSON: \(problem.message)") }
            }
        }
        guard !names.isEmpty else { throw failure }
        self.names = names
    }

    func forEachRow(_ body: (RawRow) throws -> Void) throws {
        try forEachRow(body) { throw Self.failure(path, $0.number, $1) }
    }

    func forEachRow(_ body: (RawRow) throws -> Void, unreadable: (RawRow, String) throws -> Void) throws {
        let lines = try Self.lines(path, encoding, isList: isList)
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let row = RawRow()
        row.part = part
        while true {
            let fields: [(name: String, cell: Cell)]?
            do {
                fields = whole == nil ? try Self.next(lines) : whole.flatMap { $0.dropFirst(row.number).first }
            } catch let problem as JSONText.Problem {
                row.number += 1
                try unreadable(row, "not valid JSON: \(problem.message)")
                continue
            }
            guard let fields else { return }
            row.cells = Array(repeating: .missing, count: names.count)
            row.number += 1
            if let (name, _) = fields.first(where: { places[$0.name] == nil }) {
                try unreadable(row, "the field '\(name)' does not occur in the first \(Self.looked) rows")
                continue
            }
            for (name, cell) in fields { places[name].map { row.cells[$0] = cell } }
            try body(row)
        }
    }

    private static func lines(_ path: String, _ encoding: String?, isList: Bool) throws -> JSONLines {
        JSONLines(try TextStream.open(path, encoding: encoding), isList: isList, path: path)
    }

    /// The rows of a file that is a single object; nil if it is not one.
    private static func whole(_ path: String, _ encoding: String?) throws -> [[(name: String, cell: Cell)]]? {
        let objects = JSONLines(try TextStream.open(path, encoding: encoding), isList: true, path: path)
        guard let text = try objects.next({ Array($0) }), try objects.next({ _ in true }) == nil,
            let rows = try? text.withUnsafeBufferPointer({ try JSONText.rows($0) }), !rows.isEmpty
        else { return nil }
        return rows
    }

    private static func failure(_ path: String, _ row: Int, _ reason: String) -> Failure {
        Failure(.invalidArgument, "'\(path)', row \(row): \(reason).")
    }

    /// - Throws: `JSONText.Problem` if the row is not valid.
    private static func next(_ lines: JSONLines) throws -> [(name: String, cell: Cell)]? {
        try lines.next { try JSONText.fields($0) }
    }
}

/// Splits a stream into its objects.
final class JSONLines {
    private let stream: any ByteStream
    private let path: String
    private let isList: Bool
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// Rows passed so far.
    private(set) var rows = 0

    init(_ stream: any ByteStream, isList: Bool, path: String) {
        self.stream = stream
        self.isList = isList
        self.path = path
    }

    /// Passes the bytes of the next object; nil at the end.
    func next<Value>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Value) throws -> Value? {
        while true {
            if let range = isList ? object() : line() {
                rows += 1
                start = range.upperBound
                return try buffer.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[range])) }
            }
            if isAtEnd { return nil }
            try refill()
        }
    }

    private func refill() throws {
        guard buffer.count - start <= DelimitedReader.longestRow else {
            throw Failure(.invalidArgument, "'\(path)', row \(rows + 1) is larger than 64 MiB.")
        }
        buffer.removeFirst(start)
        start = 0
        let more = try stream.bytes(1 << 20)
        isAtEnd = more.isEmpty
        buffer += more
    }

    private func line() -> Range<Int>? {
        while start < buffer.count, [32, 9, 10, 13].contains(buffer[start]) { start += 1 }
        guard start < buffer.count else { return nil }
        let end = buffer.withUnsafeBufferPointer { bytes in
            bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
        }
        return end.map { start..<$0 } ?? (isAtEnd ? start..<buffer.count : nil)
    }

    /// The next object in a list.
    private func object() -> Range<Int>? {
        while start < buffer.count, buffer[start] != UInt8(ascii: "{") { start += 1 }
        return buffer.withUnsafeBufferPointer { bytes in
            var (depth, isText, index) = (0, false, start)
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "\""): isText.toggle()
                case UInt8(ascii: "\\") where isText: index += 1
                case UInt8(ascii: "{") where !isText: depth += 1
                case UInt8(ascii: "}") where !isText:
                    depth -= 1
                    if depth == 0 { return start..<index + 1 }
                default: break
                }
                index += 1
            }
            return isAtEnd && start < bytes.count ? start..<bytes.count : nil
        }
    }
}
