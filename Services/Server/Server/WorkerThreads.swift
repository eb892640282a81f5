import Foundation
import Logging
import Model
import Synchronization

/// Threads that take batches from a queue, each with its own process. They end with the queue.
final class WorkerThreads: Sendable {
    private let package: URL
    private let queue: BatchQueue
    private let settings: ServerSettings
    private let metrics: ModelMetrics
    private let logger: Logger
    private let alive = Mutex(0)

    /// Maximum delay before a process that ended is restarted.
    private static let longestPause = Duration.seconds(10)

    init(_ package: URL, queue: BatchQueue, settings: ServerSettings, metrics: ModelMetrics, logger: Logger) {
        self.package = package
        self.queue = queue
        self.settings = settings
        self.metrics = metrics
        self.logger = logger
    }

    /// Whether a process is ready to answer.
    var isReady: Bool { alive.withLock { $0 > 0 } }

    /// Starts the threads, and returns the package's manifest once the first process has read it.
    @concurrent func start() async throws -> DatasetManifest {
        let manifest = try await withCheckedThrowingContinuation { continuation in
            let once = Mutex<CheckedContinuation<DatasetManifest, any Error>?>(continuation)
            let answer: @Sendable (Result<DatasetManifest, any Error>) -> Void = { result in
                once.withLock { waiting in
                    waiting?.resume(with: result)
                    waiting = nil
                }
            }
            thread {
                try self.work(first: answer)
            } failed: {
                answer(.failure($0))
            }
        }
        for _ in 1..<max(1, settings.workers) {
            thread {
                try self.work(first: nil)
            } failed: { _ in
            }
        }
        return manifest
    }

    private func thread(_ body: @escaping @Sendable () throws -> Void, failed: @escaping @Sendable (any Error) -> Void)
    {
        let thread = Thread {
            do { try body() } catch { failed(error) }
        }
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Answers batches until the queue ends; restarts a process that ends.
    /// - Parameter first: Called with the manifest; a package that cannot be read even once ends the work.
    private func work(first: ((Result<DatasetManifest, any Error>) -> Void)?) throws {
        var first = first
        var failures = 0
        while true {
            do {
                let process = try PackageProcess(
                    package, place: settings.place, longest: max(settings.limits.time, .seconds(60)))
                alive.withLock { $0 += 1 }
                defer { alive.withLock { $0 -= 1 } }
                first?(.success(process.manifest))
                first = nil
                while let batch = queue.take(atMost: settings.batch, waiting: settings.delay) {
                    try answer(batch, process)
                    failures = 0
                }
                return
            } catch {
                if first != nil { throw error }
                failures += 1
                logger.error(
                    "a package process exited", metadata: ["package": "\(package.path)", "failure": "\(error)"])
                let pause = min(.milliseconds(100) * (1 << min(failures, 10)), Self.longestPause)
                if queue.isClosed(within: pause) { return }
            }
        }
    }

    private func answer(_ batch: [Job], _ process: PackageProcess) throws {
        let start = ContinuousClock.now
        do {
            let answers = try process.answers(batch.map(\.cells))
            metrics.add(batch: batch.count, taking: ContinuousClock.now - start)
            for (job, answer) in zip(batch, answers) { job.answer(answer) }
        } catch {
            // One sample may be at fault, and the others must not suffer for it.
            for job in batch {
                if job.isAlone {
                    job.answer(.failure(Failure(.internal, "The network's process exited on this sample.")))
                } else {
                    queue.putBack(job)
                }
            }
            throw error
        }
    }
}
