import Glibc
import Model

/// Reads rows of a text table as Python's `csv` does: quotes, doubled quotes, line breaks inside quotes.
///
/// Fields are in the reader's memory, which the next row can overwrite.
final class DelimitedReader {
    /// Maximum length of a row; a longer one means an unclosed quote.
    static let longestRow = 64 << 20

    private enum Scan { case row, more, end }

    private struct Quoted {
        let field: Int
        let close: Int
    }

    private let stream: any ByteStream
    private let dialect: Dialect
    private let path: String
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity = 1 << 20
    private var (position, end) = (0, 0)
    private var isAtEnd = false
    private var quoted: [Quoted] = []

    /// Rows read so far.
    private(set) var rows = 0
    /// Number of fields in the current row that have text after their closing quote.
    private(set) var tornFields = 0
    /// Number of quoted fields in the current row.
    var quotedFields: Int { quoted.count }
    /// Whether the text ended inside quotes.
    private(set) var isUnclosed = false

    /// Starts reading.
    init(_ stream: any ByteStream, dialect: Dialect, path: String) {
        self.stream = stream
        self.dialect = dialect
        self.path = path
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    /// Reads the next row that is not blank; false at the end.
    /// - Throws: `Failure` that names the row.
    func next(_ row: RawRow) throws -> Bool {
        row.isText = true
        while true {
            switch try scan(row) {
            case .more: try refill()
            case .end: return false
            case .row:
                rows += 1
                row.bytes = UnsafePointer(base)
                tornFields = 0
                for field in quoted { unquote(field, of: row) }
                return true
            }
        }
    }

    private func refill() throws {
        let rest = end - position
        if position > 0 {
            memmove(base, base + position, rest)
            (position, end) = (0, rest)
        } else if end == capacity {
            guard capacity <= Self.longestRow else {
                throw Failure(
                    .invalidArgument,
                    "'\(path)', row \(rows + 1), is larger than \(Self.longestRow >> 20) MiB: "
                        + "is a quote not closed?")
            }
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
            memcpy(larger, base, end)
            base.deallocate()
            (base, capacity) = (larger, capacity * 2)
        }
        let count = try stream.read(into: UnsafeMutableRawBufferPointer(start: base + end, count: capacity - end))
        end += count
        isAtEnd = count == 0
    }

    /// Finds the fields of the row at `position`.
    private func scan(_ row: RawRow) throws -> Scan {
        let (separator, quote) = (dialect.separator, UInt8(ascii: "\""))
        let (feed, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        // Spaces as separators align columns: any number of them counts as one, also before the first column.
        let areBlanks = separator == 32
        while position < end, base[position] == feed || base[position] == carriage || areBlanks && base[position] == 32
        {
            position += 1
        }
        if position == end { return isAtEnd ? .end : .more }
        row.spans.removeAll(keepingCapacity: true)
        quoted.removeAll(keepingCapacity: true)
        var index = position
        while true {
            var start = index
            if dialect.hasQuotes && index < end && base[index] == quote {
                guard let close = try closing(after: index) else { return .more }
                quoted.append(Quoted(field: row.spans.count, close: close))
                start += 1
                index = min(end, close + 1)
            }
            while index < end, base[index] != separator, base[index] != feed, base[index] != carriage { index += 1 }
            if index == end && !isAtEnd { return .more }
            row.spans.append(RawRow.Span(start: start, end: index))
            while areBlanks, index + 1 < end, base[index + 1] == separator, base[index] == separator { index += 1 }
            if areBlanks && index + 1 == end && !isAtEnd { return .more }
            guard index < end, base[index] == separator else { break }
            index += 1
            // Spaces at the end of a row separate nothing.
            if areBlanks, index == end || base[index] == feed || base[index] == carriage { break }
        }
        position = min(end, index + 1)
        return .row
    }

    /// Position of the closing quote; nil if more text is needed.
    private func closing(after open: Int) throws -> Int? {
        let quote = UInt8(ascii: "\"")
        var index = open + 1
        while true {
            while index < end, base[index] != quote { index += 1 }
            if index == end {
                guard isAtEnd else { return nil }
                isUnclosed = true
                throw Failure(
                    .invalidArgument,
                    "'\(path)', row \(rows + 1): a quote opens a field and is not closed before the end of the file.")
            }
            if index + 1 == end && !isAtEnd { return nil }
            guard index + 1 < end, base[index + 1] == quote else { return index }
            index += 2
        }
    }

    /// Unquotes a field whose closing quote is at `close`: replaces doubled quotes and removes the closing one.
    private func unquote(_ quoted: Quoted, of row: RawRow) {
        let span = row.spans[quoted.field]
        let quote = UInt8(ascii: "\"")
        if quoted.close + 1 < span.end { tornFields += 1 }
        var (read, write) = (span.start, span.start)
        while read < quoted.close {
            if base[read] == quote { read += 1 }
            if read != write { base[write] = base[read] }
            read += 1
            write += 1
        }
        read = quoted.close + 1
        while read < span.end {
            base[write] = base[read]
            read += 1
            write += 1
        }
        row.spans[quoted.field].end = write
    }
}
