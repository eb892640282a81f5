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
    /// It runs on a thread of its own and may block it. It looks at `progress` between its steps: when it
    /// `shouldStop`, it ends with `CancellationError`; where it only `isStopping` it reports a checkpoint before.
    /// - Throws: `Failure`; one that is not retriable ends the task, everything else counts as a crash of the attempt.
    func handle(_ lease: TaskLease, progress: TaskProgress) async throws -> [UInt8]
}

/// What a handler and its worker tell each other while the handler works.
public struct TaskProgress: Sendable {
    /// Where the handler logs; the last lines go along with a failure.
    public let logger: Logger

    let signal: StopSignal
    private let send: @Sendable (TaskReport) async throws -> TaskDirective
    private let meet: @Sendable (String?) async throws -> String

    /// Makes one for a handler that is used without a queue, as in tests.
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

    /// Whether nobody wants the result any more: the task was cancelled, or given to another worker.
    public var isCancelled: Bool { signal.reason == .cancelled || signal.reason == .stale }

    /// Whether the task must be given back, because the worker ends or more workers shall go on with it: the handler saves a
    /// checkpoint and stops.
    public var isStopping: Bool { signal.reason?.givesBack ?? false }

    /// Whether the handler should stop at the next safe point, for whichever reason.
    public var shouldStop: Bool { signal.reason != nil }

    /// Throws `CancellationError` where nobody wants the result any more.
    public func checkCancellation() throws {
        if isCancelled { throw CancellationError() }
    }

    /// Records how far the task is; goes on over a restart of the queue.
    /// - Parameters:
    ///   - step: Step that was finished, from 1.
    ///   - steps: Steps in all; 0 where unknown.
    ///   - metrics: What was measured, by name.
    ///   - checkpoint: A blob, stored already, from which another worker can continue; absent to keep the last one.
    ///   - notice: What a person should know, such as that memory was full.
    /// - Throws: `CancellationError` where nobody wants the result any more.
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

    /// Tells the other workers of the task where this one listens, or waits until the one of rank 0 has said it.
    /// - Parameter address: Where this worker listens, given by that of rank 0 alone.
    public func rendezvous(at address: String? = nil) async throws -> String {
        try checkCancellation()
        return try await meet(address)
    }

    /// Tells the handler to stop, as the queue or the end of the worker would.
    package func stop(_ reason: StopSignal.Reason) { signal.stop(reason) }
}

/// Whether and why a handler should stop.
package final class StopSignal: Sendable {
    /// Why.
    package enum Reason: Sendable {
        /// The worker ends.
        case shutdown
        /// The task goes on with more workers.
        case regroup
        /// The task was cancelled.
        case cancelled
        /// The task was given to another worker.
        case stale

        /// Whether the queue does not know yet that the worker has the task no longer.
        var givesBack: Bool { self == .shutdown || self == .regroup }
    }

    private struct State {
        var reason: Reason?
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var reason: Reason? { state.withLock(\.reason) }

    /// Stops the handler; once nobody wants the result that stays so.
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

    /// Sets what is done as soon as nobody wants the result any more.
    func onCancel(_ cancel: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state -> Bool in
            state.cancel = cancel
            return state.reason == .cancelled || state.reason == .stale
        }
        if isOver { cancel() }
    }
}
