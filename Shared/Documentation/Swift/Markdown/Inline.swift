/// A span within a line.
enum Inline: Hashable, Sendable {
    case text(String)
    case code(String)
    case strong(String)
    case emphasis(String)
    case link(String, to: String)

    /// The spans of a line. An unpaired mark is plain text.
    static func pieces(of line: String) -> [Inline] {
        var pieces: [Inline] = []
        var plain = ""
        var rest = line[...]
        func flushed() -> [Inline] { plain.isEmpty ? [] : [.text(plain)] }
        while let character = rest.first {
            if let (piece, length) = piece(at: rest, after: plain.last) {
                pieces += flushed() + [piece]
                plain = ""
                rest = rest.dropFirst(length)
            } else {
                plain.append(character)
                rest = rest.dropFirst()
            }
        }
        return pieces + flushed()
    }

    private static func piece(at text: Substring, after previous: Character?) -> (Inline, length: Int)? {
        if let code = between("`", "`", text) { return (.code(code), code.count + 2) }
        if let strong = between("**", "**", text) { return (.strong(strong), strong.count + 4) }
        if previous.map({ $0 == " " || $0 == "(" }) ?? true, let words = between("*", "*", text), words.first != " " {
            return (.emphasis(words), words.count + 2)
        }
        if let label = between("[", "](", text), let target = between("](", ")", text.dropFirst(label.count + 1)) {
            return (.link(label, to: target), label.count + target.count + 4)
        }
        return nil
    }

    /// The text between two marks, if the input begins with the first one.
    private static func between(_ opening: String, _ closing: String, _ text: Substring) -> String? {
        guard text.hasPrefix(opening) else { return nil }
        let content = text.dropFirst(opening.count)
        guard let end = content.firstRange(of: closing), !content[..<end.lowerBound].isEmpty else { return nil }
        return String(content[..<end.lowerBound])
    }
}
