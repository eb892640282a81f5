import HeapModule

/// Repeatedly merges the pair of neighbors that was learned first (Sennrich et al. 2016).
struct BytePairModel: TokenModel {
    private struct Pair: Hashable {
        let left: Int32
        let right: Int32
    }

    private struct Merge {
        let rank: Int32
        let number: Int32
    }

    private let numbers: [[UInt8]: Int32]
    private let merges: [Pair: Merge]
    private let unknown: Int32?
    private let fusesUnknown: Bool
    private let bytes: [Int32?]
    private let prefix: [UInt8]
    private let suffix: [UInt8]
    private let takesWholeWords: Bool

    init(_ section: JSONValue, _ numbers: [[UInt8]: Int32]) throws {
        self.numbers = numbers
        unknown = try TokenModels.unknown(section, numbers)
        fusesUnknown = section["fuse_unk"]?.flag ?? false
        bytes = section["byte_fallback"]?.flag == true ? TokenModels.byteTokens { numbers[$0] } : []
        prefix = section["continuing_subword_prefix"]?.bytes ?? []
        suffix = section["end_of_word_suffix"]?.bytes ?? []
        takesWholeWords = section["ignore_merges"]?.flag ?? false
        let list = section["merges"]?.list ?? []
        try TokenModels.check(list.count, "merges")
        var merges: [Pair: Merge] = [:]
        for (rank, entry) in list.enumerated() {
            // Files of older versions have both parts in one text.
            let parts = entry.list?.compactMap(\.bytes) ?? entry.bytes?.split(separator: 0x20).map(Array.init) ?? []
            guard parts.count == 2, let left = numbers[parts[0]], let right = numbers[parts[1]],
                let number = numbers[parts[0] + parts[1].dropFirst(prefix.count)]
            else { throw TextTokenizer.failure("model.merges: merge \(rank) has tokens outside the vocabulary") }
            merges[Pair(left: left, right: right)] = Merge(rank: Int32(rank), number: number)
        }
        self.merges = merges
    }

    /// A token, linked to its neighbors.
    private struct Symbol {
        var number: Int32
        var previous: Int
        var next: Int
        var isMerged = false
    }

    /// A possible merge; the earliest learned, then the leftmost comes first.
    private struct Candidate: Comparable {
        let rank: Int32
        let place: Int
        let number: Int32

        static func < (one: Self, other: Self) -> Bool { (one.rank, one.place) < (other.rank, other.place) }
    }

    func tokens(of scalars: [Unicode.Scalar]) -> [Int32] {
        if takesWholeWords, let whole = numbers[scalars.utf8] { return [whole] }
        let start = characters(scalars)
        var symbols = start.enumerated().map { place, number in
            Symbol(number: number, previous: place - 1, next: place + 1 < start.count ? place + 1 : -1)
        }
        var queue = Heap<Candidate>()
        func offer(_ place: Int) {
            guard place >= 0, symbols[place].next >= 0 else { return }
            let pair = Pair(left: symbols[place].number, right: symbols[symbols[place].next].number)
            guard let merge = merges[pair] else { return }
            queue.insert(Candidate(rank: merge.rank, place: place, number: merge.number))
        }
        for place in symbols.indices { offer(place) }
        while let candidate = queue.popMin() {
            let left = symbols[candidate.place]
            // The tokens may have been merged with others since.
            guard !left.isMerged, left.next >= 0,
                merges[Pair(left: left.number, right: symbols[left.next].number)]?.number == candidate.number
            else { continue }
            let right = symbols[left.next]
            symbols[left.next].isMerged = true
            symbols[candidate.place].number = candidate.number
            symbols[candidate.place].next = right.next
            if right.next >= 0 { symbols[right.next].previous = candidate.place }
            offer(left.previous)
            offer(candidate.place)
        }
        return symbols.filter { !$0.isMerged }.map(\.number)
    }

    /// The tokens of single characters.
    private func characters(_ scalars: [Unicode.Scalar]) -> [Int32] {
        var tokens: [Int32] = []
        var wasUnknown = false
        for (place, scalar) in scalars.enumerated() {
            let plain = [scalar].utf8
            let character = (place > 0 ? prefix : []) + plain + (place == scalars.count - 1 ? suffix : [])
            if let number = numbers[character] {
                tokens.append(number)
                wasUnknown = false
                continue
            }
            let single = bytes.isEmpty ? [] : character.compactMap { bytes[Int($0)] }
            if !single.isEmpty, single.count == character.count {
                tokens += single
            } else if let unknown {
                if !wasUnknown || !fusesUnknown { tokens.append(unknown) }
                wasUnknown = true
            }
        }
        return tokens
    }
}
