import Foundation
import Presentation

/// A table with aligned columns; columns of numbers are right-aligned.
struct Table {
    private var titles: [String]
    private var rows: [[String]]
    /// Titles of columns that were left out.
    private(set) var dropped: [String] = []

    private static let gap = "   "
    /// Minimum width of a truncated column.
    private static let narrowest = 12

    init(_ titles: [String], _ rows: [[String]]) {
        self.titles = titles
        self.rows = rows.map { $0.map(VisibleText.line) }
    }

    private var widths: [Int] {
        titles.indices.map { column in ([titles] + rows).map { Self.width($0[column]) }.max() ?? 0 }
    }

    private func isTooWide(_ limit: Int) -> Bool {
        widths.reduce(0, +) + Self.gap.count * max(0, titles.count - 1) > limit
    }

    /// Fits the table to a terminal's width: drops columns, then truncates the widest ones.
    /// - Parameter dispensable: Titles of the columns that may be dropped, in this order.
    mutating func fit(_ limit: Int, dropping dispensable: [String]) {
        for title in dispensable where isTooWide(limit) {
            guard let column = titles.firstIndex(of: title) else { continue }
            drop(column)
        }
        while isTooWide(limit) {
            let widths = widths
            let excess = widths.reduce(0, +) + Self.gap.count * (titles.count - 1) - limit
            guard let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > Self.narrowest
            else { break }
            let second = widths.indices.filter { $0 != widest }.map { widths[$0] }.max() ?? 0
            cut(widest, to: max(Self.narrowest, max(widths[widest] - excess, min(second, widths[widest] - 1))))
        }
        // The first column identifies the row.
        while isTooWide(limit) && titles.count > 1 { drop(titles.count - 1) }
    }

    private mutating func drop(_ column: Int) {
        dropped.append(titles.remove(at: column))
        for row in rows.indices { rows[row].remove(at: column) }
    }

    private mutating func cut(_ column: Int, to width: Int) {
        for row in rows.indices where Self.width(rows[row][column]) > width {
            var text = rows[row][column]
            while Self.width(text) > width - 1 { text.removeLast() }
            rows[row][column] = text + "…"
        }
        if Self.width(titles[column]) > width { titles[column] = "\(titles[column].prefix(width - 1))…" }
    }

    /// The table as text.
    var text: String {
        let widths = widths
        let isNumeric = titles.indices.map { column in
            !rows.isEmpty && rows.allSatisfy { Self.isNumber($0[column]) }
        }
        let lines = ([titles] + rows).map { row in
            row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - Self.width(row[column]))
                if isNumeric[column] { return space + row[column] }
                return column == row.count - 1 ? row[column] : row[column] + space
            }.joined(separator: Self.gap)
        }
        return lines.joined(separator: "\n")
    }

    private static func isNumber(_ text: String) -> Bool {
        if text.isEmpty || text == "–" { return true }
        let numeral = text.replacing(",", with: "").replacing("%", with: "").trimmingCharacters(in: .whitespaces)
        return Double(numeral) != nil
    }

    /// Terminal columns that a text takes: East Asian characters and emoji take two.
    private static func width(_ text: String) -> Int {
        text.reduce(0) { width, character in
            guard let first = character.unicodeScalars.first else { return width }
            let isWide =
                (0x1100...0x115F).contains(first.value) || (0x2E80...0xA4CF).contains(first.value)
                || (0xAC00...0xD7A3).contains(first.value) || (0xF900...0xFAFF).contains(first.value)
                || (0xFE30...0xFE6F).contains(first.value) || (0xFF00...0xFF60).contains(first.value)
                || (0x1F300...0x1FAFF).contains(first.value) || (0x20000...0x3FFFD).contains(first.value)
            return width + (isWide ? 2 : 1)
        }
    }
}
