/// How a text is cut into pieces before a model cuts these into tokens: the field `pre_tokenizer`.
indirect enum PreTokenizer: Sendable {
    case sequence([PreTokenizer])
    case bert
    case words
    case spaces
    case punctuation(PieceBoundary)
    case digits(areSingle: Bool)
    case text([Unicode.Scalar], PieceBoundary)
    case metaspace(Unicode.Scalar, prefix: SpacePrefix, isSplit: Bool)
    case bytes(hasPrefix: Bool, isSplit: Bool)

    /// Which pieces get a mark for a space in front.
    enum SpacePrefix: String, Sendable {
        case always, first, never
    }

    init(_ section: JSONValue) throws {
        let kind = section["type"]?.string ?? ""
        switch kind {
        case "Sequence": self = .sequence(try (section["pretokenizers"]?.list ?? []).map { try PreTokenizer($0) })
        case "BertPreTokenizer": self = .bert
        case "Whitespace": self = .words
        case "WhitespaceSplit": self = .spaces
        case "Punctuation": self = .punctuation(try Self.boundary(section))
        case "Digits": self = .digits(areSingle: section["individual_digits"]?.flag ?? false)
        case "Split":
            guard let text = section["pattern"]?["String"]?.scalars, !text.isEmpty, section["invert"]?.flag != true
            else { throw TextTokenizer.failure("pre_tokenizer 'Split' has a pattern that is not supported") }
            self = .text(text, try Self.boundary(section))
        case "Metaspace":
            let usual: SpacePrefix = section["add_prefix_space"]?.flag == false ? .never : .always
            self = .metaspace(
                section["replacement"]?.scalars?.first ?? "▁",
                prefix: section["prepend_scheme"]?.string.flatMap(SpacePrefix.init) ?? usual,
                isSplit: section["split"]?.flag ?? true)
        case "ByteLevel":
            self = .bytes(
                hasPrefix: section["add_prefix_space"]?.flag ?? true, isSplit: section["use_regex"]?.flag ?? true)
        default: throw TextTokenizer.failure("pre_tokenizer of type '\(kind)' is not supported")
        }
    }

    private static func boundary(_ section: JSONValue) throws -> PieceBoundary {
        guard let name = section["behavior"]?.string else { return .isolated }
        guard let boundary = PieceBoundary(rawValue: name) else {
            throw TextTokenizer.failure("pre_tokenizer has the unknown behavior '\(name)'")
        }
        return boundary
    }

    func pieces(of piece: TextPiece) -> [TextPiece] {
        switch self {
        case .sequence(let parts): parts.reduce([piece]) { pieces, part in pieces.flatMap { part.pieces(of: $0) } }
        case .bert:
            piece.split(.removed) { $0.isSpace }.flatMap { $0.split(.isolated) { $0.isPunctuation } }
        case .words: Self.words(piece)
        case .spaces: piece.split(.removed) { $0.isSpace }
        case .punctuation(let boundary): piece.split(boundary) { $0.isPunctuation }
        case .digits(let areSingle): piece.split(areSingle ? .isolated : .contiguous) { $0.isNumber }
        case .text(let text, let boundary): piece.split(piece.matches(of: text), boundary)
        case .metaspace(let mark, let prefix, let isSplit): Self.metaspace(piece, mark, prefix, isSplit)
        case .bytes(let hasPrefix, let isSplit): BytePieces.pieces(of: piece, hasPrefix: hasPrefix, isSplit: isSplit)
        }
    }

    /// Runs of word characters, and runs of other characters except spaces.
    private static func words(_ piece: TextPiece) -> [TextPiece] {
        func kind(_ scalar: Unicode.Scalar) -> Int { scalar.isWord ? 0 : scalar.isSpace ? 1 : 2 }
        var ranges: [(range: Range<Int>, isMatch: Bool)] = []
        for (place, scalar) in piece.scalars.enumerated() {
            if let last = ranges.last, kind(piece.scalars[last.range.lowerBound]) == kind(scalar) {
                ranges[ranges.count - 1].range = last.range.lowerBound..<place + 1
            } else {
                ranges.append((place..<place + 1, kind(scalar) == 1))
            }
        }
        return piece.split(ranges, .removed)
    }

    private static func metaspace(
        _ piece: TextPiece, _ mark: Unicode.Scalar, _ prefix: SpacePrefix, _ isSplit: Bool
    ) -> [TextPiece] {
        var piece = piece
        piece.scalars = piece.scalars.map { $0 == " " ? mark : $0 }
        let isPrefixed = prefix == .always || (prefix == .first && piece.isFirst)
        if isPrefixed, piece.scalars.first != mark { piece.scalars.insert(mark, at: 0) }
        return isSplit ? piece.split(.mergedWithNext) { $0 == mark } : [piece]
    }
}

/// How to treat the matches at which a piece is split.
enum PieceBoundary: String, Sendable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
}

extension TextPiece {
    typealias Match = (range: Range<Int>, isMatch: Bool)

    /// Cuts at single characters.
    func split(_ boundary: PieceBoundary, where matches: (Unicode.Scalar) -> Bool) -> [TextPiece] {
        var parts: [Match] = []
        var start = 0
        for (place, scalar) in scalars.enumerated() where matches(scalar) {
            if place > start { parts.append((start..<place, false)) }
            parts.append((place..<place + 1, true))
            start = place + 1
        }
        if start < scalars.count { parts.append((start..<scalars.count, false)) }
        return split(parts, boundary)
    }

    /// Splits the text into matches of another text and the parts between them.
    func matches(of text: [Unicode.Scalar]) -> [Match] {
        var parts: [Match] = []
        var (start, place) = (0, 0)
        while place < scalars.count {
            guard scalars[place...].starts(with: text) else {
                place += 1
                continue
            }
            if place > start { parts.append((start..<place, false)) }
            parts.append((place..<place + text.count, true))
            place += text.count
            start = place
        }
        if start < scalars.count { parts.append((start..<scalars.count, false)) }
        return parts
    }

    func split(_ parts: [Match], _ boundary: PieceBoundary) -> [TextPiece] {
        var ranges: [Range<Int>] = []
        var wasMatch = false
        switch boundary {
        case .removed: ranges = parts.filter { !$0.isMatch }.map(\.range)
        case .isolated: ranges = parts.map(\.range)
        case .mergedWithPrevious:
            for part in parts {
                if part.isMatch, !wasMatch, let last = ranges.popLast() {
                    ranges.append(last.lowerBound..<part.range.upperBound)
                } else {
                    ranges.append(part.range)
                }
                wasMatch = part.isMatch
            }
        case .mergedWithNext:
            for part in parts.reversed() {
                if part.isMatch, !wasMatch, let last = ranges.popLast() {
                    ranges.append(part.range.lowerBound..<last.upperBound)
                } else {
                    ranges.append(part.range)
                }
                wasMatch = part.isMatch
            }
            ranges.reverse()
        case .contiguous:
            for part in parts {
                if part.isMatch == wasMatch, let last = ranges.popLast() {
                    ranges.append(last.lowerBound..<part.range.upperBound)
                } else {
                    ranges.append(part.range)
                }
                wasMatch = part.isMatch
            }
        }
        return ranges.map { TextPiece(scalars: Array(scalars[$0]), isFirst: isFirst && $0.lowerBound == 0) }
    }
}
