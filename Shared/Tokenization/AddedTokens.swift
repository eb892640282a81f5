/// Tokens that are found in a text before the rest is split, such as `[SEP]`.
struct AddedTokens: Sendable {
    /// A part of a text.
    enum Part {
        case token(Int32)
        case text([Unicode.Scalar], isFirst: Bool)
    }

    private struct Token {
        let content: [Unicode.Scalar]
        let number: Int32
        let takesSpaceBefore: Bool
        let takesSpaceAfter: Bool
        let isWord: Bool
    }

    /// Numbers of all of them.
    let numbers: [Int32]
    private let plain: [Unicode.Scalar: [Token]]
    private let normalized: [Unicode.Scalar: [Token]]

    /// Reads the field `added_tokens`.
    init(_ list: [JSONValue], _ normalizer: Normalizer?) throws {
        guard list.count <= TextTokenizer.mostTokens else {
            throw TextTokenizer.failure("it has more than \(TextTokenizer.mostTokens) added tokens")
        }
        var (numbers, plain, normalized): ([Int32], [Token], [Token]) = ([], [], [])
        for entry in list {
            guard let number = entry["id"]?.token, let content = entry["content"]?.scalars else {
                throw TextTokenizer.failure("added_tokens has an entry without 'id' or 'content'")
            }
            numbers.append(number)
            let isNormalized = entry["normalized"]?.flag ?? true
            let token = Token(
                content: isNormalized ? normalizer?.normalized(content) ?? content : content, number: number,
                takesSpaceBefore: entry["lstrip"]?.flag ?? false, takesSpaceAfter: entry["rstrip"]?.flag ?? false,
                isWord: entry["single_word"]?.flag ?? false)
            if token.content.isEmpty { continue }
            if isNormalized { normalized.append(token) } else { plain.append(token) }
        }
        self.numbers = numbers
        (self.plain, self.normalized) = (Self.index(plain), Self.index(normalized))
    }

    /// By their first characters, the longest first.
    private static func index(_ tokens: [Token]) -> [Unicode.Scalar: [Token]] {
        Dictionary(grouping: tokens) { $0.content[0] }.mapValues { $0.sorted { $0.content.count > $1.content.count } }
    }

    /// The tokens in a text, and what is between them.
    /// - Parameter areNormalized: Whether to look for the tokens that match normalized text, or for the others.
    func parts(of text: [Unicode.Scalar], areNormalized: Bool) -> [Part] {
        let known = areNormalized ? normalized : plain
        var parts: [Part] = []
        var (done, place) = (0, 0)
        while place < text.count, !known.isEmpty {
            guard let token = known[text[place]]?.first(where: { text[place...].starts(with: $0.content) }) else {
                place += 1
                continue
            }
            var (start, end) = (place, place + token.content.count)
            place = end
            if token.isWord, start > 0 && text[start - 1].isWord || end < text.count && text[end].isWord { continue }
            if token.takesSpaceBefore { while start > done, text[start - 1].isSpace { start -= 1 } }
            if token.takesSpaceAfter { while end < text.count, text[end].isSpace { end += 1 } }
            if start > done { parts.append(.text(Array(text[done..<start]), isFirst: done == 0)) }
            parts.append(.token(token.number))
            (done, place) = (end, max(place, end))
        }
        if done < text.count { parts.append(.text(Array(text[done...]), isFirst: done == 0)) }
        return parts
    }
}

extension Unicode.Scalar {
    var isSpace: Bool { properties.isWhitespace }

    /// Whether it is part of a word, as `\w` in regular expressions means it.
    var isWord: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
        default: properties.isAlphabetic || properties.isJoinControl
        }
    }

    var isLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    var isNumber: Bool {
        switch properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: false
        }
    }

    var isPunctuation: Bool {
        switch properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            true
        default: Self.signs.contains(self)
        }
    }

    /// ASCII symbols that also count as punctuation.
    private static let signs: Set<Unicode.Scalar> = ["$", "+", "<", "=", ">", "^", "`", "|", "~"]

    var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}
