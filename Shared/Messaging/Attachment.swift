/// Bytes beside a message, in the buffer that the socket sends from or received into: read and written in place.
///
/// Sending one gives it away; it is empty afterwards.
public struct Attachment: Sendable {
    let frame: Frame

    init(_ frame: Frame) { self.frame = frame }

    /// A buffer of a size, with its contents written by `fill`.
    public init(byteCount: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        frame = try Frame(size: byteCount, fill: fill)
    }

    /// Number of bytes.
    public var byteCount: Int { frame.count }

    /// Lends the bytes, which may lie at any address.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try frame.withUnsafeBytes(body)
    }
}
