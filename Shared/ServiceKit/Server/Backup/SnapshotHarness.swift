import Messaging
import Model
import Schema
import ServiceClient

/// Answers the routes with which a backup copies a service's database.
struct SnapshotHarness: Sendable {
    private let snapshots: SnapshotStore

    init(_ snapshots: SnapshotStore) { self.snapshots = snapshots }

    func register(in router: inout Router) {
        router.on(.snapshot) { _ in
            let (id, bytes, digest) = try await snapshots.begin()
            return Wire.SnapshotReply(id: id, bytes: bytes, digest: digest.hexadecimal)
        }
        router.on(.readSnapshot) { request, _ in
            (Wire.Empty(), try await snapshots.read(request.id, at: request.offset))
        }
        router.on(.endSnapshot) { request in
            await snapshots.end(request.id)
            return Wire.Empty()
        }
    }
}
