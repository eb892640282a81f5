/// The parts of a text that are removed in turn to explain an answer: its words, and, because such scripts put no spaces
/// between words, each ideograph or kana.
struct TextPieces {
    /// Number of characters after which a word is cut, for other scripts without spaces.
    static let longest = 24

    let text: String
    /// The pieces, in order, without the white space between them.
    let ranges: [Range<String.Index>]

    init(_ text: String) {
        self.text = text
        var ranges: [Range<String.Index>] = []
        var start: String.Index?
        var length = 0
        func end(at index: String.Index) {
            if let first = start, first < index { ranges.append(first..<index) }
            (start, length) = (nil, 0)
        }
        for index in text.indices {
            let character = text[index]
            if character.isWhitespace {
                end(at: index)
            } else if Self.standsAlone(character) {
                end(at: index)
                ranges.append(index..<text.index(after: index))
            } else {
                if length == Self.longest { end(at: index) }
                if start == nil { start = index }
                length += 1
            }
        }
        end(at: text.endIndex)
        self.ranges = ranges
    }

    /// The text without a piece and the white space after it.
    func without(_ piece: Range<String.Index>) -> String {
        String(text[..<piece.lowerBound] + text[piece.upperBound...].drop(while: \.isWhitespace))
    }

    private static func standsAlone(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first else { return false }
        return scalar.properties.isIdeographic || (0x3041...0x30FF).contains(scalar.value)
    }
}
