/// The replacements of characters that SentencePiece compiles into a tokenizer: a double-array trie of texts, and the texts
/// that replace them.
struct CharacterMap: Sendable {
    private let units: [UInt32]
    private let replacements: [UInt8]

    /// Longest cluster of characters, in bytes, that is replaced as a whole.
    private static let longestCluster = 5

    /// Reads the map; nil if it is truncated.
    init?(_ bytes: [UInt8]) {
        func number(_ place: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
        }
        guard bytes.count > 8 else { return nil }
        let size = Int(number(0))
        guard size > 0, size.isMultiple(of: 4), size <= bytes.count - 4 else { return nil }
        units = stride(from: 4, to: 4 + size, by: 4).map(number)
        replacements = Array(bytes[(4 + size)...])
    }

    func mapped(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for cluster in text.string {
            let bytes = Array(cluster.utf8)
            if bytes.count <= Self.longestCluster, let new = replacement(of: bytes) {
                result += new
                continue
            }
            for scalar in cluster.unicodeScalars { result += replacement(of: [scalar].utf8) ?? [scalar] }
        }
        return result
    }

    /// What replaces the shortest known beginning of a text; nil if none is known.
    private func replacement(of bytes: [UInt8]) -> [Unicode.Scalar]? {
        guard let start = match(bytes), start < replacements.count else { return nil }
        let text = replacements[start...].prefix { $0 != 0 }
        return Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    }

    private func match(_ bytes: [UInt8]) -> Int? {
        var place = Self.offset(units[0])
        for byte in bytes where byte != 0 {
            place ^= Int(byte)
            guard units.indices.contains(place) else { return nil }
            let unit = units[place]
            // The highest bit of a unit's label is set if it is a value, not a character.
            guard unit & (1 << 31 | 0xFF) == UInt32(byte) else { return nil }
            place ^= Self.offset(unit)
            guard units.indices.contains(place) else { return nil }
            if unit >> 8 & 1 == 1 { return Int(units[place] & (1 << 31 - 1)) }
        }
        return nil
    }

    private static func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & (1 << 9)) >> 6)) }
}
