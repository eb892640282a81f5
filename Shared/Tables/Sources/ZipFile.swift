import Foundation
import Model

/// The entries of a zip file, such as `.npz`.
package struct ZipFile {
    package struct Entry {
        package let name: String
        /// Number of bytes of the content, as the directory declares it.
        package let size: Int
        let method: Int
        let packed: Int
        let offset: Int
    }

    private let path: String
    /// The entries in order.
    package let entries: [Entry]

    /// Reads the central directory at the end of a file.
    package init(_ path: String) throws {
        self.path = path
        let size = DataFolder.size(of: path) ?? 0
        let length = min(size, 66_000)
        let tail = try FileStream(path, from: size - length).bytes(length)
        guard
            let end = tail.indices.dropLast(21).last(where: { tail[$0...].starts(with: [0x50, 0x4B, 5, 6]) })
        else { throw NumPyArray.failure(path, "it does not end like a zip file; is it truncated?") }
        var count = Self.number(tail, end + 10, 2)
        var start = Self.number(tail, end + 16, 4)
        // Larger files have a separate record (ZIP64). Other readers prefer it whenever it exists, so this one must, too:
        // otherwise, a file could show each reader a different directory.
        let locator = end - 20
        if locator >= 0, tail[locator...].starts(with: [0x50, 0x4B, 6, 7]) {
            let record = try FileStream(path, from: Self.number(tail, locator + 8, 8)).bytes(56)
            guard record.count == 56 else { throw NumPyArray.failure(path, "its directory cannot be found") }
            count = Self.number(record, 32, 8)
            start = Self.number(record, 48, 8)
        }
        guard start >= 0, start < size, count >= 0, count <= 1 << 20 else {
            throw NumPyArray.failure(path, "its directory cannot be found")
        }
        let directory = try FileStream(path, from: start).bytes(min(size - start, 64 << 20))
        entries = try Self.entries(directory, count: count, path: path)
    }

    private static func entries(_ bytes: [UInt8], count: Int, path: String) throws -> [Entry] {
        var entries: [Entry] = []
        var index = 0
        for _ in 0..<count {
            guard index + 46 <= bytes.count, bytes[index...].starts(with: [0x50, 0x4B, 1, 2]) else {
                throw NumPyArray.failure(path, "its directory is damaged")
            }
            let (name, extra) = (number(bytes, index + 28, 2), number(bytes, index + 30, 2))
            let comment = number(bytes, index + 32, 2)
            guard index + 46 + name + extra + comment <= bytes.count else {
                throw NumPyArray.failure(path, "its directory is damaged")
            }
            var (packed, offset) = (number(bytes, index + 20, 4), number(bytes, index + 42, 4))
            var size = number(bytes, index + 24, 4)
            var field = index + 46 + name
            while field + 4 <= index + 46 + name + extra {
                let (kind, length) = (number(bytes, field, 2), number(bytes, field + 2, 2))
                if kind == 1 {
                    var place = field + 4
                    for value in [\Large.size, \.packed, \.offset] {
                        var large = Large(size: size, packed: packed, offset: offset)
                        guard large[keyPath: value] == 0xFFFF_FFFF, place + 8 <= bytes.count else { continue }
                        large[keyPath: value] = number(bytes, place, 8)
                        (size, packed, offset) = (large.size, large.packed, large.offset)
                        place += 8
                    }
                }
                field += 4 + length
            }
            guard offset < 1 << 62 else { throw NumPyArray.failure(path, "its directory is damaged") }
            entries.append(
                Entry(
                    name: String(decoding: bytes[(index + 46)..<(index + 46 + name)], as: UTF8.self),
                    size: size, method: number(bytes, index + 10, 2), packed: packed, offset: offset))
            index += 46 + name + extra + comment
        }
        return entries
    }

    private struct Large {
        var size: Int
        var packed: Int
        var offset: Int
    }

    private static func number(_ bytes: [UInt8], _ index: Int, _ count: Int) -> Int {
        guard index >= 0, index + count <= bytes.count else { return 0 }
        let value = (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[index + $1]) << UInt64(8 * $1) }
        return Int(clamping: value)
    }

    /// Up to a number of bytes of an entry.
    package func content(of entry: Entry, atMost most: Int) throws -> [UInt8] { try open(entry).bytes(most) }

    /// The content of an entry.
    func open(_ entry: Entry) throws -> any ByteStream {
        let head = try FileStream(path, from: entry.offset).bytes(30)
        guard head.starts(with: [0x50, 0x4B, 3, 4]), head.count == 30 else {
            throw NumPyArray.failure(path, "the entry '\(entry.name)' is not where the directory says")
        }
        let start = entry.offset + 30 + Self.number(head, 26, 2) + Self.number(head, 28, 2)
        let stream = try FileStream(path, from: start, length: entry.packed)
        switch entry.method {
        case 0: return stream
        case 8: return try InflatedStream(stream, path: path, isGzip: false)
        default:
            throw NumPyArray.failure(
                path, "the entry '\(entry.name)' uses the unsupported ZIP method \(entry.method)")
        }
    }
}
