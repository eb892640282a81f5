import Glibc

/// Counts different values: exactly, with each value's count, up to a limit, and approximately (within 2 %) beyond it.
struct DistinctCounter {
    /// Number of values that are counted exactly.
    static let limit = 10_001
    /// Maximum length of a value in lists of values; longer ones are cut.
    private static let longest = 200

    private(set) var values: [String] = []
    private(set) var counts: [Int] = []
    /// The hash of each value.
    private(set) var hashes: [UInt64] = []
    private var slots: [Int32] = Array(repeating: -1, count: 64)
    private var sketch: [UInt8] = []
    /// Whether there are more values than are counted exactly.
    private(set) var isOverflowing = false

    /// Number of different values.
    var count: Int { isOverflowing ? estimate : values.count }

    /// Counts a value.
    /// - Parameters:
    ///   - hash: The value's hash, 64 well-mixed bits.
    ///   - text: The value; evaluated only if it is new.
    mutating func add(_ hash: UInt64, _ text: () -> String) {
        if isOverflowing {
            note(hash)
            return
        }
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let entry = Int(slots[slot])
            if hashes[entry] == hash {
                counts[entry] += 1
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        if values.count == Self.limit {
            isOverflowing = true
            sketch = Array(repeating: 0, count: 1 << 12)
            for hash in hashes { note(hash) }
            note(hash)
            return
        }
        slots[slot] = Int32(values.count)
        hashes.append(hash)
        values.append(String(text().prefix(Self.longest)))
        counts.append(1)
        if values.count * 2 > slots.count { grow() }
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 4)
        for (entry, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(entry)
        }
    }

    /// HyperLogLog with 4096 registers. Source: Flajolet and others, "HyperLogLog", AofA 2007.
    private mutating func note(_ hash: UInt64) {
        let register = Int(hash >> 52)
        let rank = UInt8((hash << 12).leadingZeroBitCount + 1)
        if rank > sketch[register] { sketch[register] = rank }
    }

    private var estimate: Int {
        let sum = sketch.reduce(0.0) { $0 + exp2(-Double($1)) }
        let registers = Double(sketch.count)
        return max(Self.limit, Int(0.7213 / (1 + 1.079 / registers) * registers * registers / sum))
    }

    /// The values with their counts, most frequent first.
    var ranked: [(value: String, count: Int)] {
        zip(values, counts).map { (value: $0, count: $1) }.sorted { ($1.count, $0.value) < ($0.count, $1.value) }
    }
}

/// Hashes that are the same on every machine and in every run.
enum Hash {
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Mixes two numbers.
    static func mix(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let product = (first ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: second ^ factor)
        return product.high ^ product.low
    }

    /// Hashes bytes.
    static func bytes(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64 = 0) -> UInt64 {
        let raw = UnsafeRawBufferPointer(bytes)
        var (hash, index) = (mix(seed, UInt64(raw.count) &+ 1), 0)
        while index + 8 <= raw.count {
            hash = mix(hash, raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var rest: UInt64 = 0
        while index < raw.count {
            rest = rest << 8 | UInt64(raw[index])
            index += 1
        }
        return mix(hash, rest)
    }

    /// Hashes a text.
    static func text(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { bytes($0) }
    }

    /// Hashes a number.
    static func number(_ number: Double) -> UInt64 { mix(number.bitPattern, 7) }

    /// Hashes a cell.
    static func cell(_ cell: Cell) -> UInt64 {
        switch cell {
        case .missing: 1
        case .text(let text): Self.text(text)
        case .number(let value): number(value)
        case .list(let cells): cells.reduce(mix(2, UInt64(cells.count))) { mix($0, Self.cell($1)) }
        case .bytes(let content): content.withUnsafeBufferPointer { bytes($0, seed: 3) }
        case .array(let array): array.values.reduce(mix(4, 0)) { mix($0, UInt64($1.bitPattern)) }
        }
    }
}
