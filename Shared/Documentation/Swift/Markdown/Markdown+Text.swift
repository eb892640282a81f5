extension Markdown {
    /// The text for a terminal, wrapped to a width.
    public func text(width: Int = 78) -> String {
        blocks.map { Self.text($0, width) }.joined(separator: "\n\n")
    }

    private static func text(_ block: Block, _ width: Int) -> String {
        switch block {
        case .heading(let level, let text): level <= 2 ? words(text).uppercased() : words(text)
        case .paragraph(let text): TextWrap.lines(words(text), width: width).joined(separator: "\n")
        case .list(let entries, let isNumbered):
            entries.enumerated().map { index, entry in
                TextWrap.paragraph(words(entry), width: width, first: isNumbered ? "\(index + 1). " : "- ")
            }.joined(separator: "\n")
        case .table(let head, let rows):
            rows.map { row in
                let rest = zip(head, row).dropFirst().filter { !$0.1.isEmpty }
                    .map { name, cell in head.count > 2 ? "\(words(name)): \(words(cell))" : words(cell) }
                return
                    ([words(row.first ?? "")]
                    + rest.map { TextWrap.paragraph($0, width: width, first: "    ") }).joined(separator: "\n")
            }.joined(separator: "\n")
        case .code(let code, _):
            code.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }.joined(separator: "\n")
        }
    }

    private static func words(_ line: String) -> String { Inline.pieces(of: line).map(\.words).joined() }
}

/// Wraps lines between words.
enum TextWrap {
    /// The lines of a text; a word longer than the width gets its own line.
    static func lines(_ text: String, width: Int) -> [String] {
        text.split(separator: " ").reduce(into: [String]()) { lines, word in
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
    }

    /// A paragraph that begins with a mark; the following lines are indented to match.
    static func paragraph(_ text: String, width: Int, first mark: String) -> String {
        let indent = String(repeating: " ", count: mark.count)
        return lines(text, width: width - mark.count).enumerated()
            .map { ($0 == 0 ? mark : indent) + $1 }.joined(separator: "\n")
    }
}
