/// A value of Thrift's compact protocol, in which Parquet stores its metadata.
enum ThriftValue {
    case integer(Int64)
    case double(Double)
    case binary([UInt8])
    case list([ThriftValue])
    case fields([Int: ThriftValue])

    /// The field with a given number.
    subscript(field: Int) -> ThriftValue? {
        if case .fields(let fields) = self { fields[field] } else { nil }
    }

    /// The integer, or 0 or 1 for a Boolean.
    var integer: Int? { if case .integer(let value) = self { Int(value) } else { nil } }
    /// The elements of a list.
    var elements: [ThriftValue]? { if case .list(let values) = self { values } else { nil } }
    /// The bytes of a string as UTF-8.
    var text: String? { if case .binary(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil } }
}

/// Reads Thrift's compact protocol. Source: thrift/doc/specs/thrift-compact-protocol.md.
struct ThriftReader {
    /// Why some bytes are invalid.
    struct Problem: Error {}

    private static let deepest = 32
    private let bytes: UnsafeRawBufferPointer
    /// Bytes read so far.
    private(set) var index = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Reads a struct.
    mutating func fields(depth: Int = 0) throws -> ThriftValue {
        guard depth < Self.deepest else { throw Problem() }
        var fields: [Int: ThriftValue] = [:]
        var last = 0
        while true {
            let head = try byte()
            if head == 0 { return .fields(fields) }
            let delta = Int(head >> 4)
            last = delta == 0 ? Int(Int16(truncatingIfNeeded: try zigzag())) : last + delta
            let type = head & 15
            // Boolean fields have their value in the type.
            fields[last] = type == 1 || type == 2 ? .integer(type == 1 ? 1 : 0) : try value(type, depth: depth)
        }
    }

    private mutating func value(_ type: UInt8, depth: Int) throws -> ThriftValue {
        switch type {
        case 1, 2: return .integer(try byte() == 1 ? 1 : 0)
        case 3: return .integer(Int64(Int8(bitPattern: try byte())))
        case 4, 5, 6: return .integer(try zigzag())
        case 7:
            guard index + 8 <= bytes.count else { throw Problem() }
            defer { index += 8 }
            return .double(Double(bitPattern: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
        case 8:
            guard let count = Int(exactly: try varint()), count <= bytes.count - index else { throw Problem() }
            defer { index += count }
            return .binary(Array(bytes[index..<index + count]))
        case 9, 10:
            let head = try byte()
            let count = head >> 4 == 15 ? Int(truncatingIfNeeded: try varint()) : Int(head >> 4)
            guard count >= 0, count <= bytes.count - index else { throw Problem() }
            return .list(try (0..<count).map { _ in try value(head & 15, depth: depth + 1) })
        case 12: return try fields(depth: depth + 1)
        default: throw Problem()
        }
    }

    private mutating func byte() throws -> UInt8 {
        guard index < bytes.count else { throw Problem() }
        defer { index += 1 }
        return bytes[index]
    }

    private mutating func varint() throws -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while shift < 64 {
            let byte = try byte()
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
            shift += 7
        }
        throw Problem()
    }

    private mutating func zigzag() throws -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
