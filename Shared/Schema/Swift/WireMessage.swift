/// The messages that cross process boundaries; the nested types are generated from `Shared/Schema/Protos`.
///
/// They stop at the edge of a service: a harness turns them into domain values and back.
public enum Wire {
    /// Version of the protocol that this code speaks; it stands in the header of every request and reply.
    public static let version: UInt32 = 1
}

/// A message of the wire format.
///
/// ```swift
/// let bytes = try Wire.Metric(name: "accuracy", value: 0.97).encodedBytes()
/// let metric = try Wire.Metric(bytes: bytes)
/// ```
public protocol WireMessage: Hashable, Sendable {
    /// Makes a message in which every field has its default.
    init()

    /// Decodes a message.
    /// - Throws: `Failure` with code `corrupt` where the bytes are no such message.
    init(bytes: UnsafeRawBufferPointer) throws

    /// Encodes the message into the memory that `allocate` returns for its size; nothing else allocates that memory.
    /// - Throws: `Failure` with code `invalid-argument` where a text contains the character NUL, and what `allocate` throws.
    func encode(allocating allocate: (Int) throws -> UnsafeMutableRawBufferPointer) throws
}

extension WireMessage {
    /// Decodes a message.
    /// - Throws: `Failure` with code `corrupt` where the bytes are no such message.
    public init(bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { try Self(bytes: $0) }
    }

    /// The message's encoded form.
    public func encodedBytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode { size in
            bytes = [UInt8](repeating: 0, count: size)
            // The array lives until the end of this function and nobody else sees it, so the pointer stays valid.
            return bytes.withUnsafeMutableBytes { $0 }
        }
        return bytes
    }
}

/// An enumeration of the wire format, open to values of later versions.
public protocol WireEnumeration: RawRepresentable, Hashable, Sendable where RawValue == Int32 {
    /// The value of a number, which may be one that this version does not know.
    init(rawValue: Int32)
}
