public import Logging
public import Model
import Synchronization

/// Does the tasks of some kinds.
///
/// ```swift
/// struct Adder: TaskHandler {
///     func handle(_ lease: TaskLease, progress: TaskProgress) async throws -> [UInt8] {
///         var sum = [lease.payload.reduce(0, &+)]
///         try await progress.report(step: 1, steps: 1, metrics: ["sum": Double(sum[0])])
///         return sum
///     }
/// }
/// ```
public protocol TaskHandler: Sendable {
    /// Does one task and returns its result.
    ///
    /// It runs on a separate thread, which it may block. It checks `progress` between its steps: if it
    /// `shouldStop`, it ends with `CancellationError`; if it only `isStopping`, it reports a checkpoint first.
    /// - Throws: `Failure`. If it is not retriable it ends the task; any other error counts as a crash of the attempt.
    func handle(_ lease: TaskLease, progress: TaskProgress) async throws -> [UInt8]
}

/// Communication between a handler and its worker while the handler works.
public struct TaskProgress: Sendable {
    /// The handler's logger; its last lines are attached to a failure.
    public let logger: Logger

    let signal: StopSignal
    private let send: @Sendable (TaskReport) async throws -> TaskDirective
    private let meet: @Sendable (String?) async throws -> String

    /// Makes an instance for a handler that is used without a queue, as in tests.
    public init(
        logger: Logger, send: @escaping @Sendable (TaskReport) async throws -> TaskDirective = { _ in .proceed },
        meet: @escaping @Sendable (String?) async throws -> String = { $0 ?? "" }
    ) {
        self.init(logger: logger, signal: StopSignal(), send: send, meet: meet)
    }

    init(
        logger: Logger, signal: StopSignal, send: @escaping @Sendable (TaskReport) async throws -> TaskDirective,
        meet: @escaping @Sendable (String?) async throws -> String
    ) {
        self.logger = logger
        self.signal = signal
        self.send = send
        self.meet = meet
    }

    /// Whether the result is no longer wanted: the task was canceled, or given to another worker.
    public var isCancelled: Bool { signal.reason == .cancelled || signal.reason == .stale }

    /// Whether the task must be returned, because the worker ends or the task is to continue with more workers. The
    /// handler saves a checkpoint and stops.
    public var isStopping: Bool { signal.reason?.givesBack ?? false }

    /// Whether the handler should stop at the next safe point, for whichever reason.
    public var shouldStop: Bool { signal.reason != nil }

    /// Throws `CancellationError` if the result is no longer wanted.
    public func checkCancellation() throws {
        if isCancelled { throw CancellationError() }
    }

    /// Records the task's progress; survives a restart of the queue.
    /// - Parameters:
    ///   - step: The step that was finished, from 1.
    ///   - steps: Total number of steps; 0 if unknown.
    ///   - metrics: Measurements, by name.
    ///   - checkpoint: An already stored blob from which another worker can continue; absent to keep the last one.
    ///   - notice: A note for people, such as that memory was full.
    /// - Throws: `CancellationError` if the result is no longer wanted.
    public func report(
        step: Int = 0, steps: Int = 0, metrics: [String: Double] = [:], checkpoint: BlobDigest? = nil,
        notice: String = ""
    ) async throws {
        try checkCancellation()
        let report = TaskReport(
            step: step, steps: steps, metrics: metrics, checkpoint: checkpoint, notice: notice)
        signal.obey(try await send(report))
        try checkCancellation()
    }

    /// Tells the other workers of the task where this one listens, or waits until the worker of rank 0 has announced
    /// it.
    /// - Parameter address: Where this worker listens; given only by the worker of rank 0.
    public func rendezvous(at address: String? = nil) async throws -> String {
        try checkCancellation()
        return try await meet(address)
    }

    /// Tells the handler to stop, as the queue or the end of the worker would.
    package func stop(_ reason: StopSignal.Reason) { signal.stop(reason) }
}

/// Whether and why a handler should stop.
package final class StopSignal: Sendable {
    /// The reason to stop.
    package enum Reason: Sendable {
        /// The worker ends.
        case shutdown
        /// The task continues with more workers.
        case regroup
        /// The task was canceled.
        case cancelled
        /// The task was given to another worker.
        case stale

        /// Whether the queue does not know yet that the worker no longer has the task.
        var givesBack: Bool { self == .shutdown || self == .regroup }
    }

    private struct State {
        var reason: Reason?
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var reason: Reason? { state.withLock(\.reason) }

    /// Stops the handler. Once the result is no longer wanted, that does not change.
    func stop(_ reason: Reason) {
        let cancel = state.withLock { state -> (@Sendable () -> Void)? in
            if state.reason == nil || state.reason?.givesBack == true { state.reason = reason }
            return reason.givesBack ? nil : state.cancel
        }
        cancel?()
    }

    func obey(_ directive: TaskDirective) {
        switch directive {
        case .proceed: break
        case .cancel: stop(.cancelled)
        case .stale: stop(.stale)
        case .regroup: stop(.regroup)
        }
    }

    /// Sets the action to run as soon as the result is no longer wanted.
    func onCancel(_ cancel: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state -> Bool in
            state.cancel = cancel
            return state.reason == .cancelled || state.reason == .stale
        }
        if isOver { cancel() }
    }
}
