/// Bytes attached to a message, in the buffer that the socket sends from or received into: read and written in place.
///
/// Sending an attachment consumes it; it is empty afterward.
public struct Attachment: Sendable {
    let frame: Frame

    init(_ frame: Frame) { self.frame = frame }

    /// A buffer of a given size, with contents written by `fill`.
    public init(byteCount: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        frame = try Frame(size: byteCount, fill: fill)
    }

    /// Number of bytes.
    public var byteCount: Int { frame.count }

    /// Lends the bytes, which may be at any address.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try frame.withUnsafeBytes(body)
    }
}
