import Foundation
import Model

/// A text table: CSV, TSV and similar formats.
final class DelimitedSource: RowSource {
    private static let sampleSize = 4 << 20

    let names: [String]
    let files: [String]
    private(set) var notes: [String] = []
    /// Whether the first row names the columns.
    let hasHeader: Bool
    /// The separator between columns.
    var separator: UInt8? { dialect.separator }
    private let path: String
    private let encoding: String?
    private let dialect: Dialect
    private let part: SamplePart?
    /// Lines before the header that are no part of the table.
    private let titles: Int
    /// Rows before the first one of values.
    private var skipped: Int { titles + (hasHeader ? 1 : 0) }
    private let tolerance: Double

    /// Opens a table and detects its format.
    /// - Throws: `Failure` that says what is wrong with the beginning of the table.
    init(_ path: String, settings: DataSettings, part: SamplePart? = nil) throws {
        self.path = path
        self.part = part
        files = [path]
        encoding = settings.encoding
        tolerance = settings.tolerance
        if settings.encoding == nil, try TextStream.isWide(path) {
            notes.append("'\(URL(filePath: path).lastPathComponent)' is read as UTF-16.")
        }
        let sample = try TextStream.open(path, encoding: settings.encoding).bytes(Self.sampleSize)
        let isWhole = sample.count < Self.sampleSize
        let given = try Self.separator(settings)
        dialect = Dialect.found(in: sample, isWhole: isWhole, separator: given)
        let reader = DelimitedReader(MemoryStream(sample), dialect: dialect, path: path)
        let row = RawRow()
        var rows: [[String]] = []
        do {
            while rows.count < 500, try reader.next(row) {
                try Self.checkText(row, path: path, number: rows.count + 1)
                rows.append((0..<row.count).map { String(decoding: row.text($0), as: UTF8.self) })
            }
        } catch {
            // The end of the sample can cut a field; reading the rows shows whether the file does so.
            if isWhole || rows.isEmpty { throw error }
        }
        titles = HeaderFinder.titles(rows)
        rows.removeFirst(titles)
        guard let first = rows.first else {
            throw Failure(.invalidArgument, "'\(path)' has no rows.")
        }
        if titles > 0 {
            notes.append(
                "\(titles) lines of '\(URL(filePath: path).lastPathComponent)' precede its column names and "
                    + "are skipped.")
        }
        let found = HeaderFinder.hasHeader(rows)
        if let columns = settings.columns {
            guard columns.count == first.count else {
                throw Failure(
                    .invalidArgument,
                    "data.columns: there are \(columns.count) names, but '\(path)' has \(first.count) columns.")
            }
            // Names are given if there is no header, or to replace those of a header.
            hasHeader = found && HeaderFinder.isHeaderBeyondDoubt(rows) || first == columns
            names = columns
        } else {
            hasHeader = found
            names = Self.distinct(first.enumerated().map { found && !$1.isEmpty ? $1 : "column\($0 + 1)" })
            if let twice = zip(names, first).first(where: { found && !$1.isEmpty && $0 != $1 })?.0 {
                notes.append("Several columns have the same name; they are renamed to '\(twice)' and so on.")
            }
            if !found {
                notes.append(
                    "'\(URL(filePath: path).lastPathComponent)' has no header: columns are called \(names[0])…; "
                        + "name them with 'data: {columns: […]}'.")
            }
        }
    }

    /// The names, with a number after each repetition.
    private static func distinct(_ names: [String]) -> [String] {
        var known: Set<String> = []
        return names.map { name in
            var (own, number) = (name, 2)
            while !known.insert(own).inserted {
                own = "\(name) (\(number))"
                number += 1
            }
            return own
        }
    }

    private static func separator(_ settings: DataSettings) throws -> UInt8? {
        guard let text = settings.separator else { return nil }
        let names = ["tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "blank": " ", "space": " "]
        let bytes = Array((names[text] ?? text).utf8)
        guard bytes.count == 1, bytes[0] < 128 else {
            throw Failure(.invalidArgument, "data.separator: '\(text)' is neither a single ASCII character nor 'tab'.")
        }
        return bytes[0]
    }

    func forEachRow(_ body: (RawRow) throws -> Void) throws {
        var bad = BadRows()
        let total = try forEachReadable { row in
            try Self.checkText(row, path: path, number: row.number)
            try body(row)
        } unreadable: { row, reason in
            bad.add("row \(row.number) \(reason)")
        }
        guard let first = bad.first else { return }
        let share =
            "\(bad.count) of \(total) rows of '\(path)' differ from the header in the number of fields: \(first)"
        guard Double(bad.count) <= tolerance * Double(total) else {
            throw Failure(
                .invalidArgument,
                "\(share). Correct them, or leave them out with 'data: {unreadable: 1}'.")
        }
        let note = "\(share); they are left out."
        if !notes.contains(note) { notes.append(note) }
    }

    func forEachRow(_ body: (RawRow) throws -> Void, unreadable: (RawRow, String) throws -> Void) throws {
        _ = try forEachReadable { row in
            do {
                try Self.checkText(row, path: path, number: row.number)
            } catch let failure as Failure {
                return try unreadable(row, failure.message)
            }
            try body(row)
        } unreadable: { row, reason in
            try unreadable(row, "the row \(reason)")
        }
    }

    /// Passes the rows with as many fields as there are columns, and the others with the reason.
    /// - Returns: Number of all rows.
    private func forEachReadable(
        _ body: (RawRow) throws -> Void, unreadable: (RawRow, String) throws -> Void
    ) throws -> Int {
        let stream = try TextStream.open(path, encoding: encoding)
        let reader = DelimitedReader(stream, dialect: dialect, path: path)
        let row = RawRow()
        row.part = part
        for _ in 0..<skipped { _ = try reader.next(row) }
        while try reader.next(row) {
            row.number = reader.rows - skipped
            guard row.count == names.count || trim(row) else {
                try unreadable(row, "has \(row.count) fields, but there are \(names.count) columns")
                continue
            }
            try body(row)
        }
        return reader.rows - skipped
    }

    /// Removes empty fields from the end of a row that is too long.
    private func trim(_ row: RawRow) -> Bool {
        while row.count > names.count, row.text(row.count - 1).isEmpty { row.spans.removeLast() }
        return row.count == names.count
    }

    private static func checkText(_ row: RawRow, path: String, number: Int) throws {
        guard let base = row.bytes, let first = row.spans.first, let last = row.spans.last else { return }
        let whole = UnsafeRawBufferPointer(start: base + first.start, count: last.end - first.start)
        if whole.isASCII { return }
        for (column, span) in row.spans.enumerated() {
            let text = UnsafeBufferPointer(start: base + span.start, count: span.end - span.start)
            guard String(validating: text, as: UTF8.self) == nil else { continue }
            let byte = text.first { $0 > 127 } ?? 0
            throw Failure(
                .invalidArgument,
                "'\(path)', row \(number), column \(column + 1) is not UTF-8 (byte 0x\(String(byte, radix: 16))); "
                    + "set its encoding with --encoding, or in a file 'data: {encoding: …}': most Excel files use windows-1252; "
                    + "others use latin-1, shift_jis or gb18030.")
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the text is pure ASCII, checked eight bytes at a time.
    var isASCII: Bool {
        var index = 0
        while index + 8 <= count {
            if loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return false }
            index += 8
        }
        while index < count {
            if self[index] > 127 { return false }
            index += 1
        }
        return true
    }
}
