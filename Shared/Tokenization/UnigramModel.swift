/// Splits a text into tokens in the most probable way; each token has its own probability (Kudo 2018).
struct UnigramModel: TokenModel {
    private let pieces: [(bytes: [UInt8], number: Int32)]
    private let scores: [Double]
    private let unknown: Int32?
    private let unknownScore: Double
    private let bytes: [Int32?]

    /// Number of tokens.
    var count: Int { scores.count }

    /// How much less probable an unknown character is than the least probable token.
    private static let penalty = 10.0

    init(_ section: JSONValue) throws {
        guard let list = section["vocab"]?.list, !list.isEmpty else {
            throw TextTokenizer.failure("model has no 'vocab'")
        }
        try TokenModels.check(list.count, "tokens")
        var (pieces, scores): ([(bytes: [UInt8], number: Int32)], [Double]) = ([], [])
        for (number, entry) in list.enumerated() {
            guard let parts = entry.list, parts.count == 2, let bytes = parts[0].bytes, let score = parts[1].number
            else { throw TextTokenizer.failure("model.vocab: entry \(number) is not a token with its score") }
            pieces.append((bytes, Int32(number)))
            scores.append(score)
        }
        self.pieces = pieces.filter { !$0.bytes.isEmpty }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        self.scores = scores
        unknownScore = (scores.min() ?? 0) - Self.penalty
        unknown = section["unk_id"]?.token
        if let unknown, scores.count <= Int(unknown) {
            throw TextTokenizer.failure("model.unk_id is \(unknown), but there are \(scores.count) tokens")
        }
        let known = Dictionary(pieces.map { ($0.bytes, $0.number) }) { $1 }
        bytes = section["byte_fallback"]?.flag == true ? TokenModels.byteTokens { known[$0] } : []
    }

    /// The best way to reach a place in a text.
    private struct Step {
        var start = -1
        var score = 0.0
        /// Nil for an unknown character.
        var number: Int32?
    }

    func tokens(of scalars: [Unicode.Scalar]) -> [Int32] {
        let text = scalars.utf8
        var steps = [Step](repeating: Step(), count: text.count + 1)
        var place = 0
        for scalar in scalars {
            let here = steps[place].score
            let width = UTF8.width(scalar)
            var isCovered = false
            func take(_ end: Int, _ score: Double, _ number: Int32?) {
                if steps[end].start >= 0, here + score <= steps[end].score { return }
                steps[end] = Step(start: place, score: here + score, number: number)
            }
            forEachPiece(text, at: place) { length, number in
                take(place + length, scores[Int(number)], number)
                if length == width { isCovered = true }
            }
            if !isCovered { take(place + width, unknownScore, nil) }
            place += width
        }
        return path(steps, text)
    }

    /// The tokens on the best way to the end; unknown characters side by side are one token.
    private func path(_ steps: [Step], _ text: [UInt8]) -> [Int32] {
        var parts: [(range: Range<Int>, number: Int32?)] = []
        var end = text.count
        while end > 0 {
            let step = steps[end]
            if step.number == nil, let last = parts.last, last.number == nil {
                parts[parts.count - 1].range = step.start..<last.range.upperBound
            } else {
                parts.append((step.start..<end, step.number))
            }
            end = step.start
        }
        return parts.reversed().flatMap { range, number -> [Int32] in
            if let number { return [number] }
            let single = bytes.isEmpty ? [] : text[range].compactMap { bytes[Int($0)] }
            return single.count == range.count ? single : [unknown].compactMap(\.self)
        }
    }

    /// The tokens with which the rest of a text begins, the shortest first: narrows the sorted tokens byte by byte.
    private func forEachPiece(_ text: [UInt8], at place: Int, _ body: (Int, Int32) -> Void) {
        var (low, high) = (0, pieces.count)
        var depth = 0
        while place + depth < text.count, low < high {
            let byte = text[place + depth]
            low = border(low, high, depth) { $0 < byte }
            high = border(low, high, depth) { $0 <= byte }
            depth += 1
            if low < high, pieces[low].bytes.count == depth { body(depth, pieces[low].number) }
        }
    }

    /// The index of the first sorted token whose byte at a depth is not before a border; tokens that end there are.
    private func border(_ low: Int, _ high: Int, _ depth: Int, _ isBefore: (UInt8) -> Bool) -> Int {
        var (low, high) = (low, high)
        while low < high {
            let middle = (low + high) / 2
            let bytes = pieces[middle].bytes
            if depth >= bytes.count || isBefore(bytes[depth]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
