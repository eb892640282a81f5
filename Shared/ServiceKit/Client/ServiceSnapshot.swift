import Messaging
public import Model
import Schema

/// A copy of a service's database at one moment, which the service keeps until it has been read.
public struct ServiceSnapshot: Hashable, Sendable {
    /// Identity.
    public let id: String
    /// Size in bytes.
    public let bytes: UInt64
    /// SHA-256 of the content.
    public let digest: BlobDigest
}

extension ServiceClient {
    /// Maximum size of a piece in bytes.
    package static let snapshotPiece = 8 << 20
    /// How long the service may take to copy its database.
    private static let copyTime = Duration.seconds(600)

    /// Makes the service copy its database while it keeps working; end it with ``end(_:)``.
    ///
    /// Until then the registry removes no blobs, so that all blobs that the copy names can be read.
    public func snapshot() async throws -> ServiceSnapshot {
        let reply = try await requests.call(.snapshot, Wire.Empty(), timeout: Self.copyTime)
        return ServiceSnapshot(id: reply.id, bytes: reply.bytes, digest: try BlobDigest(reply.digest))
    }

    /// A piece of the copy, starting at a given offset, of at most 8 MiB.
    public func piece(of snapshot: ServiceSnapshot, at offset: UInt64) async throws -> [UInt8] {
        let request = Wire.SnapshotReadRequest(id: snapshot.id, offset: offset)
        return try await requests.callRetrying(
            .readSnapshot, request, attachment: [], timeout: .seconds(60), for: .seconds(30)
        ).1
    }

    /// Tells the service that the copy is no longer needed.
    public func end(_ snapshot: ServiceSnapshot) async throws {
        _ = try await requests.callRetrying(
            .endSnapshot, Wire.SnapshotEndRequest(id: snapshot.id), for: .seconds(10))
    }
}
