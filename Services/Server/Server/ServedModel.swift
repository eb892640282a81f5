import Foundation
import Logging
import Model
import ServerClient
import Tables

/// A running version of a model. It ends, with its processes, when nothing refers to it any longer.
final class ServedModel: Sendable {
    /// Its name in URLs.
    let name: String
    /// Its version in URLs.
    let version: String
    /// The columns of samples.
    let schema: SampleSchema
    let metrics: ModelMetrics
    /// Whether it comes from the registry, which can remove it again.
    let isOfRegistry: Bool
    private let queue: BatchQueue
    private let workers: WorkerThreads
    /// Keeps the package's file, which every process that is started again reads.
    private let hold: any Sendable

    var target: Target { schema.target }
    /// Whether a process is ready to answer.
    var isReady: Bool { workers.isReady }

    private init(
        name: String, version: String, schema: SampleSchema, metrics: ModelMetrics, isOfRegistry: Bool,
        queue: BatchQueue, workers: WorkerThreads, hold: any Sendable
    ) {
        self.name = name
        self.version = version
        self.schema = schema
        self.metrics = metrics
        self.isOfRegistry = isOfRegistry
        self.queue = queue
        self.workers = workers
        self.hold = hold
    }

    deinit { queue.close() }

    /// Starts the processes of a package.
    static func start(
        _ package: URL, name: String, version: String, settings: ServerSettings, metrics: ServerMetrics, logger: Logger,
        isOfRegistry: Bool = false
    ) async throws -> ServedModel {
        let hold = try PackageStore.hold(package)
        let queue = BatchQueue(most: settings.limits.concurrent * settings.limits.samples)
        let modelMetrics = metrics.model(name, waiting: { [weak queue] in queue?.count ?? 0 })
        let workers = WorkerThreads(package, queue: queue, settings: settings, metrics: modelMetrics, logger: logger)
        do {
            let schema = try SampleSchema(try await workers.start())
            return ServedModel(
                name: name, version: version, schema: schema, metrics: modelMetrics, isOfRegistry: isOfRegistry,
                queue: queue, workers: workers, hold: hold)
        } catch {
            queue.close()
            throw error
        }
    }

    /// The answers for samples, each given as the cells of each input's columns.
    /// - Throws: `Failure` with code `deadline-exceeded` if it takes too long.
    func answers(_ samples: [[[Cell]]], within time: Duration) async throws -> [Result<[Float], Failure>] {
        guard !samples.isEmpty else { return [] }
        return try await withCheckedThrowingContinuation { continuation in
            let ticket = Ticket(count: samples.count, continuation)
            let now = ContinuousClock.now
            do {
                try queue.add(
                    samples.enumerated().map { Job(ticket: ticket, sample: $0, cells: $1, since: now) })
            } catch {
                return ticket.end(with: Failure(error))
            }
            // Weakly, so that an answered request is not kept alive until its timeout.
            DispatchQueue.global().asyncAfter(deadline: .now() + time / .seconds(1)) { [weak ticket] in
                ticket?.end(
                    with: Failure(
                        .deadlineExceeded, "The network took longer than \(time); send fewer samples at a time."))
            }
        }
    }
}
