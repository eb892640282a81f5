/// Reads runs of numbers: either repeated values with a count, or values packed into as few bits as they need.
struct RunReader {
    private let bytes: UnsafeRawBufferPointer
    private let width: Int
    private var index = 0
    private var (repeated, value) = (0, 0)
    private var packed = 0
    private var bit = 0

    /// - Parameter width: Bits of a number.
    init(_ bytes: UnsafeRawBufferPointer, width: Int) {
        self.bytes = bytes
        self.width = width
    }

    /// The next number; nil at the end.
    mutating func next() -> Int? {
        while repeated == 0 && packed == 0 { guard begin() else { return nil } }
        if repeated > 0 {
            repeated -= 1
            return value
        }
        packed -= 1
        defer {
            bit += width
            if packed == 0 {
                index += (bit + 7) / 8
                bit = 0
            }
        }
        return bytes.bits(from: index * 8 + bit, count: width).map { Int($0) }
    }

    private mutating func begin() -> Bool {
        guard width <= 32, let head = bytes.varint(&index), head < 1 << 40 else { return false }
        if head & 1 == 1 {
            packed = Int(head >> 1) * 8
            bit = 0
            // The padding of the last group may be missing at the end of a page.
            return packed > 0 && (width == 0 || index < bytes.count)
        }
        repeated = Int(head >> 1)
        let count = (width + 7) / 8
        guard index + count <= bytes.count else { return false }
        value = 0
        for byte in 0..<count { value |= Int(bytes[index + byte]) << (8 * byte) }
        index += count
        return true
    }
}

/// Reads integers stored as differences. Source: Parquet's Encodings.md, DELTA_BINARY_PACKED.
struct DeltaReader {
    private let bytes: UnsafeRawBufferPointer
    /// Bytes read so far.
    private(set) var index = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private var cut: ParquetValues.Problem { ParquetValues.Problem(message: "a page is truncated") }

    /// Reads a given number of numbers, which must be all there are.
    mutating func numbers(_ count: Int) throws -> [Int64] {
        guard let size = bytes.varint(&index), let blocks = bytes.varint(&index), let total = bytes.varint(&index),
            let first = bytes.varint(&index), size.isMultiple(of: 128), blocks > 0, size <= 1 << 20,
            size.isMultiple(of: blocks), total <= ParquetColumn.mostValues, Int(total) >= count
        else { throw cut }
        var numbers = total == 0 ? [] : [zigzag(first)]
        numbers.reserveCapacity(count)
        let each = Int(size / blocks)
        while numbers.count < Int(total) {
            guard let least = bytes.varint(&index), index + Int(blocks) <= bytes.count else { throw cut }
            let widths = bytes[index..<index + Int(blocks)].map { Int($0) }
            index += Int(blocks)
            for width in widths where numbers.count < Int(total) {
                guard width <= 64 else { throw cut }
                for position in 0..<min(each, Int(total) - numbers.count) {
                    guard let delta = bytes.bits(from: index * 8 + position * width, count: width) else { throw cut }
                    numbers.append((numbers.last ?? 0) &+ zigzag(least) &+ Int64(bitPattern: delta))
                }
                index += each * width / 8
            }
        }
        return Array(numbers.prefix(count))
    }

    private func zigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
}

extension UnsafeRawBufferPointer {
    /// Bits from a position on, least significant first; nil beyond the end.
    func bits(from start: Int, count width: Int) -> UInt64? {
        if width == 0 { return 0 }
        guard start + width <= count * 8 else { return nil }
        var (value, done) = (UInt64(0), 0)
        while done < width {
            let (byte, shift) = ((start + done) >> 3, (start + done) & 7)
            let taken = Swift.min(8 - shift, width - done)
            let part = UInt64(self[byte] >> UInt8(shift)) & (1 << UInt64(taken) - 1)
            value |= part << UInt64(done)
            done += taken
        }
        return value
    }

    /// A number of any length in groups of seven bits.
    func varint(_ index: inout Int) -> UInt64? {
        var (value, shift) = (UInt64(0), UInt64(0))
        while index < count, shift < 64 {
            let byte = self[index]
            index += 1
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
            shift += 7
        }
        return nil
    }
}
