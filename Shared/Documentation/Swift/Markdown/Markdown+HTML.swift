extension Markdown {
    /// The text as HTML, with any HTML in the text escaped.
    /// - Parameter link: Resolves the target of a link; nil shows the words without a link.
    public func html(link: (String) -> String? = { $0 }) -> String {
        blocks.map { Self.html($0, link) }.joined(separator: "\n")
    }

    /// The anchor of a heading, as code hosts generate it.
    public static func anchor(of heading: String) -> String {
        let words = Inline.pieces(of: heading).map(\.words).joined()
        return String(
            words.lowercased().compactMap { character in
                if character == " " { return "-" }
                return character.isLetter || character.isNumber || character == "-" || character == "_"
                    ? character : nil
            })
    }

    /// The targets of all links.
    public var links: [String] {
        let texts = blocks.flatMap { block -> [String] in
            switch block {
            case .heading(_, let text), .paragraph(let text): [text]
            case .list(let entries, _): entries
            case .table(let head, let rows): head + rows.flatMap(\.self)
            case .code: []
            }
        }
        return texts.flatMap(Inline.pieces(of:)).compactMap { piece in
            if case .link(_, let target) = piece { target } else { nil }
        }
    }

    /// The anchors of all headings.
    public var anchors: [String] {
        blocks.compactMap { block in
            if case .heading(_, let text) = block { Self.anchor(of: text) } else { nil }
        }
    }

    private static func html(_ block: Block, _ link: (String) -> String?) -> String {
        switch block {
        case .heading(let level, let text):
            return "<h\(level) id=\"\(escaped(anchor(of: text)))\">\(html(line: text, link))</h\(level)>"
        case .paragraph(let text): return "<p>\(html(line: text, link))</p>"
        case .list(let entries, let isNumbered):
            let tag = isNumbered ? "ol" : "ul"
            return "<\(tag)>\(entries.map { "<li>\(html(line: $0, link))</li>" }.joined())</\(tag)>"
        case .table(let head, let rows):
            let cells = head.map { "<th scope=\"col\">\(html(line: $0, link))</th>" }.joined()
            let body = rows.map { row in
                "<tr>\(row.map { "<td>\(html(line: $0, link))</td>" }.joined())</tr>"
            }.joined()
            return "<div class=\"scroll\"><table><thead><tr>\(cells)</tr></thead><tbody>\(body)</tbody></table></div>"
        case .code(let code, _): return "<pre class=\"code\" tabindex=\"0\">\(escaped(code))</pre>"
        }
    }

    private static func html(line: String, _ link: (String) -> String?) -> String {
        Inline.pieces(of: line).map { piece in
            switch piece {
            case .text(let text): escaped(text)
            case .code(let code): "<code>\(escaped(code))</code>"
            case .strong(let words): "<strong>\(html(line: words, link))</strong>"
            case .emphasis(let words): "<em>\(html(line: words, link))</em>"
            case .link(let words, let target):
                link(target).map { "<a href=\"\(escaped($0))\">\(html(line: words, link))</a>" }
                    ?? html(line: words, link)
            }
        }.joined()
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}

extension Inline {
    /// The plain text without marks.
    var words: String {
        switch self {
        case .text(let text), .code(let text): text
        case .strong(let text), .emphasis(let text), .link(let text, _): Inline.pieces(of: text).map(\.words).joined()
        }
    }
}
