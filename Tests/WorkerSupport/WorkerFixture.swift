import Foundation
import GRDB
import Messaging
public import Model
public import Networks
public import RegistryClient
import RegistryServer
public import ServiceTestSupport
import Storage
public import TestSupport
public import WorkQueueClient

/// A registry in this process, with a small synthetic dataset's recipe and a cache, for tests of workers.
public struct WorkerFixture: Sendable {
    /// Folder of the test.
    public let directory: TemporaryDirectory
    /// Client of the registry.
    public let registry: RegistryClient
    /// Blobs of this "machine".
    public let cache: BlobCache

    /// Runs `body` with its own registry.
    public static func run<Result: Sendable>(
        _ body: (WorkerFixture) async throws -> Result
    ) async throws -> Result {
        let directory = try TemporaryDirectory()
        let database = try ServiceDatabase.open(at: directory.file("registry.sqlite")) { migrator in
            EventLog.registerMigrations(in: &migrator)
            RegistryDatabase.registerMigrations(in: &migrator)
        }
        let events = EventLog(database, service: "registry")
        let blobs = try BlobStore(folder: directory.url, database: database, events: events, logger: quiet)
        var router = Router()
        RegistryHarness(store: RegistryStore(database, events: events), blobs: blobs).register(in: &router)
        return try await withServer(router) { requests in
            let registry = RegistryClient(requests, patience: .seconds(20))
            let cache = BlobCache(directory: directory.file("cache"), limitBytes: 1 << 30, registry: registry)
            return try await body(WorkerFixture(directory: directory, registry: registry, cache: cache))
        }
    }

    /// A recipe of synthetic images.
    public static func recipe(training: Int = 120, seed: UInt64 = 1) throws -> DatasetRecipe {
        try DatasetRecipe(
            modalities: ["image": .init(dataset: "synthetic-digits")],
            counts: .init(training: training, validation: 60, test: 60), seed: seed)
    }

    /// A small network for that recipe.
    public static func network() throws -> NetworkDescription {
        let lenet = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10, width: 0.5)
        return try NetworkDescription.fused(branches: [("image", lenet)], classes: 10)
    }

    /// A lease of a task, as a queue would give it.
    public static func lease(_ kind: String, _ payload: [UInt8], checkpoint: BlobDigest? = nil) -> TaskLease {
        TaskLease(
            attempt: TaskAttempt(task: "task", number: 1, worker: "worker"), kind: kind, payload: payload,
            checkpoint: checkpoint)
    }
}

extension TaskHandler {
    /// Does a task on its own thread, like a worker, because computing would keep the registry from answering.
    public func work(
        on lease: TaskLease, progress: TaskProgress = TaskProgress(logger: quiet)
    ) async throws -> [UInt8] {
        try await withTaskExecutorPreference(WorkerThread()) { try await handle(lease, progress: progress) }
    }
}

/// What a worker reported.
public actor ReportLog {
    /// The reports, in order.
    public private(set) var reports: [TaskReport] = []

    /// Makes an empty log.
    public init() {}

    /// Adds a report.
    public func add(_ report: TaskReport) { reports.append(report) }
}
