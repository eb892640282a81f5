import Foundation
import Model

/// Decodes the values of a page.
struct ParquetValues {
    /// Why something cannot be decoded.
    struct Problem: Error {
        let message: String
    }

    let leaf: ParquetLeaf

    /// Decodes values one after another.
    /// - Parameters:
    ///   - bytes: The bytes of the page after the levels.
    ///   - dictionary: The values that indices refer to.
    func decode(
        _ bytes: UnsafeRawBufferPointer, encoding: Int, count: Int, dictionary: [Cell]
    ) throws -> [Cell] {
        switch encoding {
        case 0: return try plain(bytes, count)
        case 2, 8:
            guard let width = bytes.first else { return [] }
            var runs = RunReader(UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), width: Int(width))
            return try (0..<count).map { _ in
                guard let index = runs.next(), index < dictionary.count else { throw cut }
                return dictionary[index]
            }
        case 3 where leaf.type == .boolean:
            var runs = RunReader(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(4)), width: 1)
            return try (0..<count).map { _ in
                guard let bit = runs.next() else { throw cut }
                return Self.truth(bit == 1)
            }
        case 5:
            var reader = DeltaReader(bytes)
            return try reader.numbers(count).map { integer(Int64($0)) }
        case 6:
            var reader = DeltaReader(bytes)
            let lengths = try reader.numbers(count)
            var offset = reader.index
            return try lengths.map { length in
                guard length >= 0, length <= bytes.count - offset else { throw cut }
                defer { offset += Int(length) }
                return binary(bytes[offset..<offset + Int(length)])
            }
        case 7: return try prefixed(bytes, count)
        case 9: return try streams(bytes, count)
        default: throw Problem(message: "its encoding \(encoding) is not supported")
        }
    }

    private var cut: Problem { Problem(message: "a page is truncated") }

    private var width: Int {
        switch leaf.type {
        case .int32, .float: 4
        case .int64, .double: 8
        case .int96: 12
        case .fixed: leaf.length
        case .boolean, .bytes: 0
        }
    }

    private func plain(_ bytes: UnsafeRawBufferPointer, _ count: Int) throws -> [Cell] {
        var cells: [Cell] = []
        cells.reserveCapacity(count)
        switch leaf.type {
        case .boolean:
            guard count <= bytes.count * 8 else { throw cut }
            for index in 0..<count { cells.append(Self.truth(bytes[index >> 3] >> UInt8(index & 7) & 1 == 1)) }
        case .bytes:
            var offset = 0
            for _ in 0..<count {
                guard offset + 4 <= bytes.count else { throw cut }
                let length = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                offset += 4
                guard length <= bytes.count - offset else { throw cut }
                cells.append(binary(bytes[offset..<offset + length]))
                offset += length
            }
        default:
            guard width > 0, count <= bytes.count / width else { throw cut }
            for index in 0..<count { cells.append(fixed(bytes, index * width)) }
        }
        return cells
    }

    /// Texts that share a prefix with the previous one: the lengths of the prefixes, then the suffixes.
    private func prefixed(_ bytes: UnsafeRawBufferPointer, _ count: Int) throws -> [Cell] {
        var reader = DeltaReader(bytes)
        let prefixes = try reader.numbers(count)
        var rests = DeltaReader(UnsafeRawBufferPointer(rebasing: bytes[reader.index...]))
        let lengths = try rests.numbers(count)
        var offset = reader.index + rests.index
        var last: [UInt8] = []
        return try zip(prefixes, lengths).map { prefix, length in
            guard prefix >= 0, prefix <= last.count, length >= 0, length <= bytes.count - offset else { throw cut }
            last = Array(last.prefix(Int(prefix))) + bytes[offset..<offset + Int(length)]
            offset += Int(length)
            return last.withUnsafeBytes { binary($0[...]) }
        }
    }

    /// Numbers stored with all first bytes together, then all second bytes, and so on.
    private func streams(_ bytes: UnsafeRawBufferPointer, _ count: Int) throws -> [Cell] {
        guard width > 0, count <= bytes.count / width else { throw cut }
        var whole = [UInt8](repeating: 0, count: count * width)
        let stored = bytes.count / width
        for byte in 0..<width {
            for index in 0..<count { whole[index * width + byte] = bytes[byte * stored + index] }
        }
        return whole.withUnsafeBytes { buffer in (0..<count).map { fixed(buffer, $0 * width) } }
    }

    // MARK: - Single values

    private func fixed(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Cell {
        switch leaf.type {
        case .int32: return integer(Int64(bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        case .int64: return integer(bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
        case .float: return .number(Double(bytes.loadUnaligned(fromByteOffset: offset, as: Float.self)))
        case .double: return .number(bytes.loadUnaligned(fromByteOffset: offset, as: Double.self))
        case .int96:
            let nanoseconds = bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self)
            let day = Int(bytes.loadUnaligned(fromByteOffset: offset + 8, as: Int32.self))
            // Julian days; the epoch is day 2,440,588.
            return .text(Self.moment(Double(day - 2_440_588) * 86_400 + Double(nanoseconds) / 1e9))
        default:
            let part = bytes[offset..<offset + width]
            switch leaf.meaning {
            case .decimal(let scale): return .number(Self.bigEndian(part) / pow(10, Double(scale)))
            case .half: return .number(Double(Half.value(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))))
            default: return binary(part)
            }
        }
    }

    private func integer(_ value: Int64) -> Cell {
        switch leaf.meaning {
        case .unsigned where leaf.type == .int32: return .number(Double(UInt32(truncatingIfNeeded: value)))
        case .unsigned: return .number(Double(UInt64(bitPattern: value)))
        case .decimal(let scale): return .number(Double(value) / pow(10, Double(scale)))
        case .date: return .text(String(Self.moment(Double(value) * 86_400).prefix(10)))
        case .timestamp(let ticks): return .text(Self.moment(Double(value) / ticks))
        default: return .number(Double(value))
        }
    }

    private func binary(_ bytes: Slice<UnsafeRawBufferPointer>) -> Cell {
        if case .decimal(let scale) = leaf.meaning { return .number(Self.bigEndian(bytes) / pow(10, Double(scale))) }
        if leaf.meaning == .text { return .text(String(decoding: bytes, as: UTF8.self)) }
        let content = Array(bytes)
        guard Magic.type(of: content) == nil, let text = String(validating: content, as: UTF8.self) else {
            return .bytes(content)
        }
        return .text(text)
    }

    private static func truth(_ value: Bool) -> Cell { .text(value ? "true" : "false") }

    private static func bigEndian(_ bytes: Slice<UnsafeRawBufferPointer>) -> Double {
        let isNegative = (bytes.first ?? 0) > 127
        let magnitude = bytes.reduce(0.0) { $0 * 256 + Double($1) }
        return isNegative ? magnitude - pow(256, Double(bytes.count)) : magnitude
    }

    /// A time in ISO 8601, in UTC.
    private static func moment(_ seconds: Double) -> String {
        // Calendars are limited; year 9999 is far enough.
        guard abs(seconds) < 253_402_300_800 else { return "\(seconds) s" }
        return Date(timeIntervalSince1970: seconds).formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: false))
    }
}
