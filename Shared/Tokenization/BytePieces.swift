/// The pieces of a text for byte-level models, and the visible character that stands for each byte (Radford et al.
/// 2019).
enum BytePieces {
    /// The character for each byte: itself if it is visible, else one above all bytes.
    static let characters: [Unicode.Scalar] = {
        var next: UInt32 = 256
        return (UInt8.min...UInt8.max).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte)
            default:
                defer { next += 1 }
                return Unicode.Scalar(next) ?? "\u{FFFD}"
            }
        }
    }()

    /// - Parameters:
    ///   - hasPrefix: Whether a space goes before a text that begins without one.
    ///   - isSplit: Whether words, numbers, signs and spaces are separated.
    static func pieces(of piece: TextPiece, hasPrefix: Bool, isSplit: Bool) -> [TextPiece] {
        var piece = piece
        if hasPrefix, piece.scalars.first != " " { piece.scalars.insert(" ", at: 0) }
        var pieces = [piece]
        if isSplit {
            var ranges: [TextPiece.Match] = []
            var place = 0
            while place < piece.scalars.count {
                let end = end(of: piece.scalars, place)
                ranges.append((place..<end, true))
                place = end
            }
            pieces = piece.split(ranges, .isolated)
        }
        return pieces.map { piece in
            TextPiece(scalars: piece.scalars.utf8.map { characters[Int($0)] }, isFirst: piece.isFirst)
        }
    }

    private static let endings: [[Unicode.Scalar]] = [
        ["s"], ["t"], ["r", "e"], ["v", "e"], ["m"], ["l", "l"], ["d"],
    ]

    /// The end of the piece that begins at a place, according to GPT-2's expression
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
    private static func end(of text: [Unicode.Scalar], _ place: Int) -> Int {
        if text[place] == "'", let ending = endings.first(where: { text[(place + 1)...].starts(with: $0) }) {
            return place + 1 + ending.count
        }
        func kind(_ scalar: Unicode.Scalar) -> Int {
            scalar.isSpace ? 0 : scalar.isLetter ? 1 : scalar.isNumber ? 2 : 3
        }
        func run(_ start: Int) -> Int {
            text[start...].firstIndex { kind($0) != kind(text[start]) } ?? text.count
        }
        let word = text[place] == " " && place + 1 < text.count && kind(text[place + 1]) > 0 ? place + 1 : place
        if kind(text[word]) > 0 { return run(word) }
        let end = run(place)
        // The last space belongs to what follows.
        return end < text.count && end - place > 1 ? end - 1 : end
    }
}
