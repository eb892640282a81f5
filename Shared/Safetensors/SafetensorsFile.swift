import Model

/// A safetensors file, mapped into memory, with a completely checked header.
///
/// ```swift
/// let file = try SafetensorsFile(opening: "weights.safetensors")
/// let bias: [Float] = try file.elements(of: "head.bias")
/// ```
public final class SafetensorsFile: Sendable {
    /// The path that it was opened at.
    public let path: String
    /// Metadata from its writer.
    public let metadata: [String: String]
    /// Its tensors in byte order.
    public let entries: [TensorEntry]

    private let file: MappedFile
    private let dataStart: Int
    private let entriesByName: [String: TensorEntry]

    /// Opens a file and checks its header: its size, every field, and that the tensors fill the file without gaps or
    /// overlaps.
    /// - Throws: `Failure` naming the file and the invalid field.
    public init(opening path: String) throws {
        let file = try MappedFile(path: path)
        let dataStart = try Self.dataStart(of: file.bytes, path: path)
        do throws(HeaderError) {
            let header = try Header(
                parsing: UnsafeRawBufferPointer(rebasing: file.bytes[8..<dataStart]),
                dataByteCount: file.bytes.count - dataStart)
            metadata = header.metadata
            entries = header.entries
        } catch {
            throw Failure(.corrupt, "'\(path)' is not a valid safetensors file: '\(error.field)': \(error.reason).")
        }
        self.path = path
        self.file = file
        self.dataStart = dataStart
        entriesByName = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
    }

    private static func dataStart(of bytes: UnsafeRawBufferPointer, path: String) throws -> Int {
        func corrupt(_ reason: String) -> Failure {
            Failure(.corrupt, "'\(path)' is not a valid safetensors file: 'header size': \(reason).")
        }
        guard bytes.count >= 8 else { throw corrupt("the file has \(bytes.count) bytes; at least 8 are required") }
        let size = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard size <= UInt64(Header.largestByteCount) else {
            throw corrupt("\(size) bytes exceed the maximum of \(Header.largestByteCount)")
        }
        guard Int(size) <= bytes.count - 8 else {
            throw corrupt("\(size) bytes are declared, but only \(bytes.count - 8) follow; the file is truncated")
        }
        return 8 + Int(size)
    }

    /// The entry of the tensor with that name.
    /// - Throws: `Failure` with code `not-found` if there is none.
    public func entry(named name: String) throws -> TensorEntry {
        guard let entry = entriesByName[name] else {
            throw Failure(.notFound, "'\(path)' has no tensor '\(name)'.")
        }
        return entry
    }

    /// The bytes of a tensor, valid as long as this object.
    public func unsafeBytes(of entry: TensorEntry) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            rebasing: file.bytes[dataStart + entry.byteRange.lowerBound..<dataStart + entry.byteRange.upperBound])
    }

    /// Calls the closure with the bytes of a tensor.
    public func withBytes<Result>(
        of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let bytes = unsafeBytes(of: try entry(named: name))
        return try withExtendedLifetime(self) { try body(bytes) }
    }

    /// A copy of a tensor's numbers as 32-bit floats, whatever the size of the floats in the file.
    /// - Throws: `Failure` if there is no such tensor or its numbers are not floats.
    public func floats(of name: String) throws -> [Float] {
        switch try entry(named: name).type {
        case .float16: return try withBytes(of: name) { HalfPrecision.floats(ofHalf: $0) }
        case .bfloat16: return try withBytes(of: name) { HalfPrecision.floats(ofBrain: $0) }
        case .float64: return try (elements(of: name) as [Double]).map { Float($0) }
        default: return try elements(of: name)
        }
    }

    /// A copy of a tensor's numbers.
    /// - Throws: `Failure` if there is no such tensor or its numbers are of another type.
    public func elements<Element: TensorElement>(of name: String) throws -> [Element] {
        let entry = try entry(named: name)
        guard entry.type == Element.tensorType else {
            throw Failure(
                .corrupt,
                "Tensor '\(name)' of '\(path)' has type \(entry.type.rawValue), not \(Element.tensorType.rawValue).")
        }
        return try withBytes(of: name) { bytes in
            [Element](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Element>.stride) { buffer, count in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
                count = bytes.count / MemoryLayout<Element>.stride
            }
        }
    }
}
