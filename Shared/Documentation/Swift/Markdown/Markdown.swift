/// A text in the subset of Markdown that the manual uses: headings, paragraphs, lists of one level, tables, and fenced
/// code; within lines, code, strong and emphasized words, and links.
///
/// ```swift
/// Markdown("# Title\n\nSome `code`.").html()
/// ```
public struct Markdown: Hashable, Sendable {
    /// A block of a text.
    public enum Block: Hashable, Sendable {
        /// A heading with a level, starting at 1.
        case heading(Int, String)
        /// Consecutive lines of text.
        case paragraph(String)
        /// A numbered or bulleted list.
        case list([String], isNumbered: Bool)
        /// A table with its head and rows.
        case table([String], [[String]])
        /// Verbatim code, and its language.
        case code(String, language: String)
    }

    /// The blocks, in order.
    public let blocks: [Block]

    /// Parses a text; anything unrecognized is a paragraph.
    public init(_ text: String) {
        var reader = BlockReader(text)
        blocks = reader.read()
    }

    /// The first heading.
    public var title: String? {
        for case .heading(_, let text) in blocks { return text }
        return nil
    }
}

/// Parses blocks line by line.
private struct BlockReader {
    private let lines: [String]
    private var index = 0
    private var blocks: [Markdown.Block] = []

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    mutating func read() -> [Markdown.Block] {
        while index < lines.count {
            let line = lines[index]
            if line.allSatisfy(\.isWhitespace) || line.hasPrefix("<!--") {
                index += 1
            } else if line.hasPrefix("```") {
                readCode(String(line.dropFirst(3)))
            } else if let level = Self.headingLevel(line) {
                blocks.append(.heading(level, String(line.dropFirst(level + 1))))
                index += 1
            } else if line.hasPrefix("|") {
                readTable()
            } else if let marker = Self.marker(of: line) {
                readList(isNumbered: marker.isNumbered)
            } else {
                readParagraph()
            }
        }
        return blocks
    }

    private mutating func readCode(_ language: String) {
        index += 1
        let content = lines[index...].prefix { !$0.hasPrefix("```") }
        index += content.count + 1
        blocks.append(.code(content.joined(separator: "\n"), language: language))
    }

    private mutating func readTable() {
        var rows: [[String]] = []
        while index < lines.count, lines[index].hasPrefix("|") {
            rows.append(Self.cells(of: lines[index]))
            index += 1
        }
        // The second line only separates the head from the rows.
        blocks.append(.table(rows[0], Array(rows.dropFirst(2))))
    }

    private mutating func readList(isNumbered: Bool) {
        var entries: [String] = []
        while index < lines.count {
            let line = lines[index]
            if let marker = Self.marker(of: line), marker.isNumbered == isNumbered {
                entries.append(String(line.dropFirst(marker.length)))
            } else if line.hasPrefix("  "), let last = entries.popLast() {
                entries.append("\(last) \(line.trimmingPrefix { $0 == " " })")
            } else {
                break
            }
            index += 1
        }
        blocks.append(.list(entries, isNumbered: isNumbered))
    }

    private mutating func readParagraph() {
        var words: [String] = []
        while index < lines.count, !lines[index].allSatisfy(\.isWhitespace), !lines[index].hasPrefix("```"),
            !lines[index].hasPrefix("|"), Self.marker(of: lines[index]) == nil || words.isEmpty
        {
            words.append(lines[index])
            index += 1
        }
        blocks.append(.paragraph(words.joined(separator: " ")))
    }

    private static func headingLevel(_ line: String) -> Int? {
        let level = line.prefix { $0 == "#" }.count
        return (1...6).contains(level) && line.dropFirst(level).first == " " ? level : nil
    }

    private static func marker(of line: String) -> (isNumbered: Bool, length: Int)? {
        if line.hasPrefix("- ") || line.hasPrefix("* ") { return (false, 2) }
        let digits = line.prefix { "0"..."9" ~= $0 }.count
        return digits > 0 && line.dropFirst(digits).hasPrefix(". ") ? (true, digits + 2) : nil
    }

    /// The cells of a row; `\|` is an escaped bar.
    private static func cells(of line: String) -> [String] {
        var cells = [""]
        var isEscaped = false
        for character in line.dropFirst() {
            if character == "|", !isEscaped {
                cells.append("")
            } else {
                if isEscaped, character != "|" { cells[cells.count - 1].append("\\") }
                if character != "\\" { cells[cells.count - 1].append(character) }
            }
            isEscaped = character == "\\" && !isEscaped
        }
        return cells.dropLast().map { cell in
            String(cell.trimmingPrefix { $0 == " " }.reversed().trimmingPrefix { $0 == " " }.reversed())
        }
    }
}
