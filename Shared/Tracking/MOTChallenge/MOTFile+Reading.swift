import Foundation
import Model

extension MOTFile {
    /// Maximum number of frames in a sequence: five days at 30 frames per second.
    public static let greatestFrame = 13_000_000
    /// Maximum size of a file in bytes.
    public static let greatestSize = 1 << 30
    /// Minimum number of columns in a row: frame, identity, left, top, width, height.
    static let fewestColumns = 6

    /// Reads a file.
    /// - Throws: `Failure` with code `not-found`, or `corrupt` with the file and the line that cannot be read.
    public init(contentsOf path: String, as kind: Kind) throws {
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
        guard size <= Self.greatestSize else {
            throw Failure(
                .invalidArgument,
                "'\(path)' has \(size) bytes, more than the allowed \(Self.greatestSize): split it by sequence.")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(.notFound, "There is no file '\(path)' with \(kind.rawValue), or it cannot be opened.")
        }
        try self.init(data, path: path, as: kind)
    }

    /// Parses what a file holds.
    /// - Parameters:
    ///   - text: The file's bytes.
    ///   - path: Name for messages.
    ///   - kind: What the file is about.
    /// - Throws: `Failure` with code `corrupt` that names file and line.
    public init(_ text: some Sequence<UInt8>, path: String, as kind: Kind) throws {
        var parser = MOTParser(path: path, kind: kind)
        try parser.read(Array(text))
        self = try parser.finish()
    }
}

/// Reads rows, and records repairs.
private struct MOTParser {
    let path: String
    let kind: MOTFile.Kind
    private var rows: [MOTRow] = []
    private var columns: Int?
    private var fields: [Double] = []
    /// The second column as text: a number with more digits than a Double holds would become equal to a neighboring
    /// one.
    private var identityText = ""
    private var blankSeparated = 0
    private var dropped = 0
    private var empty = 0
    private var unsorted = 0

    init(path: String, kind: MOTFile.Kind) {
        self.path = path
        self.kind = kind
    }

    mutating func read(_ bytes: [UInt8]) throws {
        var number = 0
        // A byte order mark has no meaning here.
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        for line in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard line.contains(where: { !Self.isBlank($0) }) else { continue }
            try readFields(of: line, number)
            try readRow(number)
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 13 }

    private mutating func readFields(of line: ArraySlice<UInt8>, _ number: Int) throws {
        let hasCommas = line.contains(UInt8(ascii: ","))
        if !hasCommas { blankSeparated += 1 }
        var parts =
            hasCommas
            ? line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            : line.split(whereSeparator: Self.isBlank)
        // Some programs end each line with a separator.
        if hasCommas, let last = parts.last, last.allSatisfy(Self.isBlank) { parts.removeLast() }
        fields.removeAll(keepingCapacity: true)
        for (column, part) in parts.enumerated() {
            let text = String(decoding: part, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            if column == 1 { identityText = text }
            guard let value = Double(text), value.isFinite else {
                throw problem(number, "column \(column + 1) is '\(text.prefix(40))', not a finite number")
            }
            fields.append(value)
        }
        guard fields.count >= MOTFile.fewestColumns else {
            throw problem(
                number, "it has \(fields.count) columns; frame, identity, left, top, width and height are required")
        }
        if let columns, columns != fields.count {
            throw problem(number, "it has \(fields.count) columns, but the rows before have \(columns)")
        }
        columns = fields.count
    }

    private mutating func readRow(_ number: Int) throws {
        guard let frame = Int(exactly: fields[0]), (1...MOTFile.greatestFrame).contains(frame) else {
            throw problem(
                number, "frame \(Self.plain(fields[0])) is not a whole number from 1 to \(MOTFile.greatestFrame)")
        }
        let identity = try readIdentity(number)
        let box = Box(left: fields[2], top: fields[3], width: fields[4], height: fields[5])
        guard box.hasExtent || kind != .detections else { dropped += 1; return }
        if !box.hasExtent { empty += 1 }
        if let last = rows.last, last.frame > frame { unsorted += 1 }
        rows.append(
            MOTRow(
                frame: frame, identity: identity, box: box, confidence: fields.count > 6 ? fields[6] : 1,
                category: fields.count > 7 ? Int(exactly: fields[7]) : nil, line: number))
    }

    private func readIdentity(_ number: Int) throws -> Int {
        if let identity = Int(identityText) { return identity }
        guard let identity = Int(exactly: fields[1]) else {
            let isWhole = fields[1] == fields[1].rounded()
            throw problem(
                number, "identity \(identityText.prefix(40)) is \(isWhole ? "too large" : "not a whole number")")
        }
        // Beyond 2^53 not every whole number is a Double, so two identities could be read as one.
        guard abs(identity) <= 1 << 53 else {
            throw problem(number, "identity \(identityText.prefix(40)) is too large; write it as a whole number")
        }
        return identity
    }

    mutating func finish() throws -> MOTFile {
        if unsorted > 0 {
            // Swift's sort is stable, but does not promise it.
            rows.sort { ($0.frame, $0.line) < ($1.frame, $1.line) }
        }
        if kind != .detections { try checkIdentities() }
        return MOTFile(path: path, rows: rows, repairs: repairs)
    }

    private func checkIdentities() throws {
        var seen: [Int: MOTRow] = [:]
        var frame = 0
        for row in rows {
            if row.frame != frame {
                seen.removeAll(keepingCapacity: true)
                frame = row.frame
            }
            if let other = seen.updateValue(row, forKey: row.identity) {
                throw problem(
                    row.line,
                    "identity \(row.identity) occurs twice in frame \(row.frame), first in line \(other.line); "
                        + "remove one of the two")
            }
        }
    }

    private var repairs: [String] {
        func note(_ count: Int, _ text: String) -> [String] {
            count > 0 ? ["\(path): \(count) \(count == 1 ? "row" : "rows") \(text)"] : []
        }
        return note(unsorted, "came after a later frame; all were sorted by frame")
            + note(blankSeparated, "had spaces instead of commas between columns; accepted")
            + note(dropped, "had a box without extent; skipped")
            + note(empty, "had a box without extent; kept, but it overlaps with nothing")
    }

    private func problem(_ line: Int, _ text: String) -> Failure {
        Failure(.corrupt, "\(path):\(line): this line of \(kind.rawValue) cannot be used: \(text).")
    }

    private static func plain(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
}
