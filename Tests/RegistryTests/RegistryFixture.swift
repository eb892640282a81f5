import Foundation
import GRDB
import Messaging
import Model
import Networks
import ObjectStore
import RegistryClient
import ServiceTestSupport
import Storage
import TestSupport

@testable import RegistryServer

/// A registry with its own folder and database.
struct RegistryFixture {
    let directory: TemporaryDirectory
    let database: ServiceDatabase
    let events: EventLog
    let blobs: BlobStore
    let store: RegistryStore
    let brain: BrainStore

    /// Opens a registry, in the folder of a previous one if given.
    init(
        _ directory: TemporaryDirectory? = nil, bucket: Bucket? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        let directory = try directory ?? TemporaryDirectory()
        self.directory = directory
        database = try ServiceDatabase.open(at: directory.file("registry.sqlite")) { migrator in
            EventLog.registerMigrations(in: &migrator)
            RegistryDatabase.registerMigrations(in: &migrator)
        }
        events = EventLog(database, service: "registry")
        blobs = try BlobStore(
            folder: directory.url, database: database, events: events, logger: quiet, bucket: bucket, now: now)
        store = RegistryStore(database, events: events, now: now)
        brain = BrainStore(database, events: events, now: now)
    }

    /// Serves the registry to a client while `body` runs.
    func serve<Result: Sendable>(
        at endpoint: Endpoint? = nil, _ body: (RegistryClient, RequestClient) async throws -> Result
    ) async throws -> Result {
        var router = Router()
        RegistryHarness(store: store, blobs: blobs).register(in: &router)
        BrainHarness(brain).register(in: &router)
        return try await withServer(router, at: endpoint) { requests in
            try await body(RegistryClient(requests, patience: .seconds(20)), requests)
        }
    }

    /// The file that holds a blob.
    func file(of digest: BlobDigest) -> URL {
        directory.file("blobs/\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal)")
    }

    func eventKinds() async throws -> [String] { try await events.read().map(\.kind) }
}

/// Varying bytes, generated quickly.
func sampleBytes(_ count: Int, seed: UInt8 = 1) -> [UInt8] {
    let pattern = (0..<65_537).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8) &* 7) &+ seed }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + pattern.count)
    while bytes.count < count { bytes += pattern }
    return Array(bytes.prefix(count))
}

/// A small network that is valid.
func sampleNetwork(_ name: String = "LeNet3", classes: Int = 10) throws -> BaseNetwork {
    let description = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: classes)
    return BaseNetwork(
        name: name, category: "LeNet", areas: ["vision"], functions: ["classification"],
        description: try description.canonicalJSON)
}
