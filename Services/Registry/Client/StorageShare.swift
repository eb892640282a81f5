package import Schema

/// Storage used by one kind of file in the registry.
public struct StorageShare: Hashable, Sendable {
    /// Kind of file, such as `models`.
    public var kind: String
    /// Number of files.
    public var files: Int
    /// Total size in bytes.
    public var bytes: UInt64
    /// Whether something refers to them; otherwise the next garbage collection removes them.
    public var isNeeded: Bool

    /// Makes a share.
    public init(kind: String, files: Int, bytes: UInt64, isNeeded: Bool) {
        self.kind = kind
        self.files = files
        self.bytes = bytes
        self.isNeeded = isNeeded
    }
}

extension Wire.StorageReply {
    package init(_ shares: [StorageShare]) {
        self.init(
            shares: shares.map {
                Wire.StorageShare(kind: $0.kind, files: UInt64($0.files), bytes: $0.bytes, needed: $0.isNeeded)
            })
    }
}

extension [StorageShare] {
    package init(_ wire: Wire.StorageReply) {
        self = wire.shares.map {
            StorageShare(kind: $0.kind, files: Int(clamping: $0.files), bytes: $0.bytes, isNeeded: $0.needed)
        }
    }
}
