/// The messages that cross process boundaries; the nested types are generated from `Shared/Schema/Protos`.
///
/// They are used only at the boundary of a service: a harness converts them to domain values and back.
public enum Wire {
    /// Version of the protocol that this code speaks; the header of every request and reply contains it.
    public static let version: UInt32 = 1
}

/// A message of the wire format.
///
/// ```swift
/// let bytes = try Wire.Metric(name: "accuracy", value: 0.97).encodedBytes()
/// let metric = try Wire.Metric(bytes: bytes)
/// ```
public protocol WireMessage: Hashable, Sendable {
    /// Creates a message in which every field has its default.
    init()

    /// Decodes a message.
    /// - Throws: `Failure` with code `corrupt` if the bytes are not a valid message of this type.
    init(bytes: UnsafeRawBufferPointer) throws

    /// Encodes the message into the memory that `allocate` returns for its size; nothing else allocates that memory.
    /// - Throws: `Failure` with code `invalid-argument` if a text contains the character NUL, and any error of
    ///   `allocate`.
    func encode(allocating allocate: (Int) throws -> UnsafeMutableRawBufferPointer) throws
}

extension WireMessage {
    /// Decodes a message.
    /// - Throws: `Failure` with code `corrupt` if the bytes are not a valid message of this type.
    public init(bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { try Self(bytes: $0) }
    }

    /// The message's encoded form.
    public func encodedBytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode { size in
            bytes = [UInt8](repeating: 0, count: size)
            // The array lives until the end of this function and nothing else accesses it, so the pointer stays valid.
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
