import Model
package import Schema

/// The result of rehashing blobs.
public struct BlobCheck: Hashable, Sendable {
    /// A blob that is damaged or missing.
    public struct Fault: Hashable, Sendable, Codable {
        /// Digest of the blob.
        public var digest: String
        /// What is wrong with it.
        public var reason: String
        /// What needs it, such as `model 3fa2/7 (safetensors)`; at most ten entries.
        public var neededBy: [String]

        /// Makes a fault.
        public init(digest: String, reason: String, neededBy: [String]) {
            self.digest = digest
            self.reason = reason
            self.neededBy = neededBy
        }
    }

    /// Number of blobs hashed.
    public var blobs: UInt64
    /// Total size of the blobs hashed, in bytes.
    public var bytes: UInt64
    /// The blobs that are damaged or missing.
    public var faults: [Fault]
    /// The last digest checked; nil if there are no more.
    public var last: String?

    /// Makes a result.
    public init(blobs: UInt64 = 0, bytes: UInt64 = 0, faults: [Fault] = [], last: String? = nil) {
        self.blobs = blobs
        self.bytes = bytes
        self.faults = faults
        self.last = last
    }

    /// Decodes a received result.
    package init(_ wire: Wire.BlobVerifyReply) {
        self.init(
            blobs: wire.blobs, bytes: wire.bytes,
            faults: wire.faults.map { Fault(digest: $0.digest, reason: $0.reason, neededBy: $0.neededBy) },
            last: wire.last.isEmpty ? nil : wire.last)
    }
}

extension Wire.BlobVerifyReply {
    /// The result in wire form.
    package init(_ check: BlobCheck) {
        self.init(
            blobs: check.blobs, bytes: check.bytes,
            faults: check.faults.map {
                Wire.BlobFault(digest: $0.digest, reason: $0.reason, neededBy: $0.neededBy)
            }, last: check.last ?? "")
    }
}

/// The result of removing unreferenced blobs.
public struct BlobCollection: Hashable, Sendable, Codable {
    /// Number of blobs removed.
    public var blobs: UInt64
    /// Total size of the blobs removed, in bytes.
    public var bytes: UInt64
    /// Digests of the blobs removed; at most 1,000.
    public var digests: [String]

    /// Makes a result.
    public init(blobs: UInt64, bytes: UInt64, digests: [String]) {
        self.blobs = blobs
        self.bytes = bytes
        self.digests = digests
    }

    /// Decodes a received result.
    package init(_ wire: Wire.BlobCollectReply) {
        self.init(blobs: wire.blobs, bytes: wire.bytes, digests: wire.digests)
    }
}

extension Wire.BlobCollectReply {
    /// The result in wire form.
    package init(_ collection: BlobCollection) {
        self.init(blobs: collection.blobs, bytes: collection.bytes, digests: collection.digests)
    }
}
