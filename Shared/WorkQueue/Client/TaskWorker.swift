public import Logging
import Messaging
public import Model
public import ServiceLifecycle
import Synchronization

/// Settings of a worker.
public struct WorkerSettings: Hashable, Sendable {
    /// How long one pull waits for a task.
    public var pullWait: Duration = .seconds(10)
    /// How long the queue may be unreachable before a result is abandoned.
    public var patience: Duration = .seconds(600)
    /// How long a handler has to stop before its task is returned without waiting for it.
    public var stopGrace: Duration = .seconds(8)
    /// How long the workers of one task wait for the address of their rendezvous.
    public var rendezvous: Duration = .seconds(60)
    /// Longest pause between two attempts to reach the queue.
    public var longestPause: Duration = .seconds(2)
    /// How long the worker waits for a task before it leaves; nil if it stays until it is stopped.
    public var idleTime: Duration?

    /// The settings used in production.
    public init() {}
}

/// Pulls tasks from a queue and passes them to a handler, one at a time, until graceful shutdown.
///
/// Heartbeats come from a thread that the handler cannot block. Results and reports survive restarts of the queue. On
/// graceful shutdown, the handler stops at its next safe point and the task returns to the queue.
///
/// ```swift
/// let worker = TaskWorker(queue: queue, name: "adder", kinds: ["add"], handler: Adder(), logger: logger)
/// try await ServiceGroup(services: [worker], gracefulShutdownSignals: [.sigterm], logger: logger).run()
/// ```
public struct TaskWorker: Service {
    /// Name of the worker, unique among live workers: the given name with a random suffix.
    public let name: String

    /// Distinguishes this process from another with the same given name.
    private let instance = String(UInt64.random(in: .min ... .max), radix: 36)
    private let queue: QueueClient
    private let kinds: [String]
    private let offer: @Sendable () -> ComputeOffer
    private let handler: any TaskHandler
    private let settings: WorkerSettings
    private let logger: Logger
    private let compute = WorkerThread()
    private let pulse = WorkerThread()
    private let life = WorkerLife()

    /// Makes a worker, which starts with `run()`.
    /// - Parameter offer: Returns what the worker currently has to compute with.
    public init(
        queue: QueueClient, name: String, kinds: [String],
        offer: @escaping @Sendable () -> ComputeOffer = { ComputeOffer() }, handler: any TaskHandler,
        settings: WorkerSettings = WorkerSettings(), logger: Logger
    ) {
        let ending = String(UInt32.random(in: 0..<1_679_616), radix: 36)
        self.name = "\(name)-\(String(repeating: "0", count: 4 - ending.count))\(ending)"
        self.queue = queue
        self.kinds = kinds
        self.offer = offer
        self.handler = handler
        self.settings = settings
        var logger = logger
        logger[metadataKey: "worker"] = "\(self.name)"
        self.logger = logger
    }

    /// Works until graceful shutdown, or until no task has come for as long as the settings say.
    /// - Throws: `Failure` if the queue will never accept this worker, such as `permission-denied`.
    public func run() async throws {
        logger.info("working", metadata: ["kinds": "\(kinds.joined(separator: ","))"])
        try await withGracefulShutdownHandler {
            var departure = settings.idleTime.map { ContinuousClock.now + $0 }
            while !life.isEnding {
                try Task.checkCancellation()
                if let lease = try await nextLease(until: departure) {
                    await work(on: lease)
                    departure = settings.idleTime.map { ContinuousClock.now + $0 }
                } else if let departure, departure <= .now {
                    logger.info("leaving: no task came", metadata: ["idle": "\(settings.idleTime ?? .zero)"])
                    break
                }
            }
        } onGracefulShutdown: {
            life.end()
        }
        await giveBackUnknownTask()
        logger.info("stopped working")
    }

    // MARK: Pulling

    /// The next task; nil if none came in time or the worker ends.
    private func nextLease(until departure: ContinuousClock.Instant?) async throws -> TaskLease? {
        do {
            return try await cancelWhenGracefulShutdown {
                var pause = Duration.milliseconds(50)
                var isAway = false
                while true {
                    let rest = departure.map { max(.zero, $0 - .now) }
                    do {
                        let lease = try await queue.pull(
                            worker: name, instance: instance, kinds: kinds, offer: offer(),
                            waiting: min(settings.pullWait, rest ?? settings.pullWait))
                        if isAway { logger.info("the queue is back") }
                        return lease
                    } catch let failure as Failure {
                        if Self.isPermanent(failure) { throw failure }
                        // A short absence is a restart and not worth logging; a long one is logged once.
                        if pause == settings.longestPause && !isAway {
                            isAway = true
                            logger.warning("waiting for the queue", metadata: ["reason": "\(failure)"])
                        }
                        if let departure, departure <= .now { return nil }
                        try await Task.sleep(for: max(pause, failure.retryAfter ?? .zero))
                        pause = min(pause * 2, settings.longestPause)
                    }
                }
            }
        } catch is CancellationError {
            return nil
        }
    }

    private static func isPermanent(_ failure: Failure) -> Bool {
        [.permissionDenied, .unknownRoute, .unsupportedVersion, .invalidArgument].contains(failure.code)
    }

    /// Returns a task that was leased by a pull that the shutdown interrupted.
    private func giveBackUnknownTask() async {
        do {
            guard
                let lease = try await queue.pull(
                    worker: name, instance: instance, kinds: [], waiting: .zero, timeout: .seconds(1))
            else { return }
            _ = try await queue.release(lease.attempt)
        } catch {
            logger.debug("cannot return a task to the queue", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Working

    private enum Outcome {
        case result([UInt8])
        case failure(Failure)
        case stopped
    }

    private func work(on lease: TaskLease) async {
        let tail = LogTail()
        let (queue, signal, patience, settings) = (queue, life.begin(), settings.patience, settings)
        defer { life.finish() }
        var logger = tail.logger(like: logger)
        logger[metadataKey: "task"] = "\(lease.task)"
        logger[metadataKey: "attempt"] = "\(lease.attempt.number)"
        logger.info("task begins", metadata: ["kind": "\(lease.kind)"])
        KillPoint.taskPulled.pass()
        let progress = TaskProgress(logger: logger, signal: signal) { report in
            try await queue.report(report, of: lease.attempt, patience: patience)
        } meet: { address in
            try await queue.rendezvous(lease.attempt, at: address, patience: settings.rendezvous)
        }
        let heart = Task(executorPreference: pulse) { [logger] in await beat(lease, signal, logger) }
        let outcome = await perform(lease, progress)
        await settle(lease, outcome, signal, tail, logger)
        heart.cancel()
        await heart.value
    }

    /// Runs the handler on the thread for computing.
    private func perform(_ lease: TaskLease, _ progress: TaskProgress) async -> Outcome {
        let task = Task(executorPreference: compute) { try await handler.handle(lease, progress: progress) }
        progress.signal.onCancel { task.cancel() }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        switch result {
        case .success(let bytes): return .result(bytes)
        case .failure(let failure as Failure) where progress.isCancelled && failure.code == .cancelled: return .stopped
        case .failure(is CancellationError) where progress.shouldStop: return .stopped
        case .failure(let failure as Failure): return .failure(failure)
        case .failure(let error):
            return .failure(Failure(.internal, "The task was interrupted: \(error)", isRetriable: true))
        }
    }

    /// Renews the lease until canceled, and returns the task if the handler does not stop in time.
    private func beat(_ lease: TaskLease, _ signal: StopSignal, _ logger: Logger) async {
        var stopping = Duration.zero
        while !Task.isCancelled, signal.reason != .cancelled, signal.reason != .stale {
            do {
                signal.obey(try await queue.renew(lease.attempt, offer: offer(), timeout: lease.heartbeat * 2))
            } catch {
                logger.debug("no heartbeat", metadata: ["error": "\(error)"])
            }
            guard (try? await pulse.sleep(for: lease.heartbeat)) != nil else { return }
            guard signal.reason?.givesBack == true else { continue }
            stopping += lease.heartbeat
            if stopping > settings.stopGrace {
                logger.warning("the task does not stop; returning it")
                _ = try? await queue.release(lease.attempt, patience: lease.heartbeat)
                signal.stop(.stale)
            }
        }
    }

    // MARK: Settling

    private func settle(
        _ lease: TaskLease, _ outcome: Outcome, _ signal: StopSignal, _ tail: LogTail, _ logger: Logger
    ) async {
        do {
            switch outcome {
            case .result(let bytes): try await complete(lease, bytes, tail, logger)
            case .failure(let failure): try await fail(lease, failure, tail, logger)
            case .stopped where signal.reason?.givesBack == true:
                _ = try await queue.release(lease.attempt, patience: settings.stopGrace)
                logger.info("returned the task")
            case .stopped: logger.info("task stopped", metadata: ["reason": "\(signal.reason.map { "\($0)" } ?? "")"])
            }
        } catch {
            logger.error("cannot tell the queue how the task ended", metadata: ["error": "\(error)"])
        }
    }

    private func complete(_ lease: TaskLease, _ result: [UInt8], _ tail: LogTail, _ logger: Logger) async throws {
        KillPoint.taskDone.pass()
        do {
            let directive = try await insisting {
                try await queue.complete(lease.attempt, result: result, patience: settings.patience)
            }
            KillPoint.taskSettled.pass()
            logger.info("task done", metadata: ["counts": "\(directive == .proceed)"])
        } catch let failure as Failure where failure.code == .invalidArgument {
            // The queue will never accept this result, however often it is sent.
            try await fail(lease, failure, tail, logger)
        }
    }

    private func fail(_ lease: TaskLease, _ failure: Failure, _ tail: LogTail, _ logger: Logger) async throws {
        logger.warning("task failed", metadata: ["reason": "\(failure)", "retriable": "\(failure.isRetriable)"])
        _ = try await insisting {
            try await queue.fail(lease.attempt, failure, logTail: tail.text, patience: settings.patience)
        }
    }

    /// Retries if the queue answers with an internal error, because that is no reason to lose hours of work.
    private func insisting<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await retrying(for: settings.patience) {
            do {
                return try await body()
            } catch var failure as Failure {
                failure.isRetriable = failure.isRetriable || [.internal, .corrupt].contains(failure.code)
                throw failure
            }
        }
    }
}

/// Whether the worker is ending, and the signal of its current task.
private final class WorkerLife: Sendable {
    private struct State {
        var isEnding = false
        var signal: StopSignal?
    }

    private let state = Mutex(State())

    var isEnding: Bool { state.withLock(\.isEnding) }

    func begin() -> StopSignal {
        let signal = StopSignal()
        let isEnding = state.withLock { state in
            state.signal = signal
            return state.isEnding
        }
        if isEnding { signal.stop(.shutdown) }
        return signal
    }

    func finish() { state.withLock { $0.signal = nil } }

    func end() {
        let signal = state.withLock { state in
            state.isEnding = true
            return state.signal
        }
        signal?.stop(.shutdown)
    }
}
