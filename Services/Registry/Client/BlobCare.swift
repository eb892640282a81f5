import Model
package import Schema

/// What hashing blobs again came to.
public struct BlobCheck: Hashable, Sendable {
    /// A blob that is damaged or missing.
    public struct Fault: Hashable, Sendable, Codable {
        /// The digest.
        public var digest: String
        /// What is wrong.
        public var reason: String
        /// What needs it, such as `model 3fa2/7 (safetensors)`; at most ten.
        public var neededBy: [String]

        /// Makes a fault.
        public init(digest: String, reason: String, neededBy: [String]) {
            self.digest = digest
            self.reason = reason
            self.neededBy = neededBy
        }
    }

    /// Blobs that were hashed.
    public var blobs: UInt64
    /// Their size.
    public var bytes: UInt64
    /// Those that are damaged or missing.
    public var faults: [Fault]
    /// The last digest that was looked at; nil if there are no more.
    public var last: String?

    /// Makes a result.
    public init(blobs: UInt64 = 0, bytes: UInt64 = 0, faults: [Fault] = [], last: String? = nil) {
        self.blobs = blobs
        self.bytes = bytes
        self.faults = faults
        self.last = last
    }

    /// The result that was received.
    package init(_ wire: Wire.BlobVerifyReply) {
        self.init(
            blobs: wire.blobs, bytes: wire.bytes,
            faults: wire.faults.map { Fault(digest: $0.digest, reason: $0.reason, neededBy: $0.neededBy) },
            last: wire.last.isEmpty ? nil : wire.last)
    }
}

extension Wire.BlobVerifyReply {
    /// The result as it is sent.
    package init(_ check: BlobCheck) {
        self.init(
            blobs: check.blobs, bytes: check.bytes,
            faults: check.faults.map {
                Wire.BlobFault(digest: $0.digest, reason: $0.reason, neededBy: $0.neededBy)
            }, last: check.last ?? "")
    }
}

/// What removing unreferenced blobs came to.
public struct BlobCollection: Hashable, Sendable, Codable {
    /// Number of blobs removed.
    public var blobs: UInt64
    /// Their size.
    public var bytes: UInt64
    /// Their digests; at most 1,000.
    public var digests: [String]

    /// Makes a result.
    public init(blobs: UInt64, bytes: UInt64, digests: [String]) {
        self.blobs = blobs
        self.bytes = bytes
        self.digests = digests
    }

    /// The result that was received.
    package init(_ wire: Wire.BlobCollectReply) {
        self.init(blobs: wire.blobs, bytes: wire.bytes, digests: wire.digests)
    }
}

extension Wire.BlobCollectReply {
    /// The result as it is sent.
    package init(_ collection: BlobCollection) {
        self.init(blobs: collection.blobs, bytes: collection.bytes, digests: collection.digests)
    }
}
