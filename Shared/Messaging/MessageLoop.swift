import CZeroMQ
import Glibc

/// The thread of all sockets in a process, as an executor for the actors that own them.
///
/// Actors whose `unownedExecutor` is the loop may use their sockets, and the compiler proves that nobody else does.
/// Between jobs the loop gives every source a turn: empty its mailbox, drain its socket, check its deadlines.
/// It is only a serial executor. If it were also a task executor, every hop within an actor would be enqueued again.
///
/// Programs use ``shared``; a test makes its own loop, which ends when nothing refers to it anymore.
public final class MessageLoop: SerialExecutor {
    /// The loop of the process.
    public static let shared = MessageLoop()

    let core: LoopCore

    /// Starts a loop on its own thread.
    public init() {
        core = LoopCore()
        core.start(self)
    }

    deinit { core.stop() }

    /// Runs a job of an actor on the loop's thread.
    public func enqueue(_ job: consuming ExecutorJob) { core.enqueue(UnownedJob(job)) }

    /// The reference that actors return from `unownedExecutor`.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Stops the program unless it runs on the loop's thread.
    public func checkIsolated() {
        precondition(core.isCurrentThread, "This must be called on the thread of the message loop.")
    }

    var context: Context { core.context }
}

/// What the sources want from the loop until their next turn.
///
/// `@unchecked`: it never leaves the loop's thread.
final class LoopPlan: @unchecked Sendable {
    /// Whether a source has more to do immediately.
    private(set) var isBusy = false
    /// When a source wants a turn even if nothing happens.
    private(set) var wake: Moment?
    /// Descriptors that announce events.
    fileprivate var descriptors: [pollfd] = []
    /// The descriptors that announced something when the loop last looked.
    private var announced: [Int32] = []

    func continueAtOnce() { isBusy = true }

    func wake(at moment: Moment) { wake = wake.map { min($0, moment) } ?? moment }

    func watch(_ descriptor: Int32) {
        descriptors.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
    }

    /// Whether a descriptor announced something when the loop last looked, before this turn.
    func isAnnounced(_ descriptor: Int32) -> Bool { announced.contains(descriptor) }

    /// Waits until a descriptor announces something, but not longer than `limit` milliseconds; -1 for no limit.
    fileprivate func look(for limit: Int32) {
        poll(&descriptors, nfds_t(descriptors.count), limit)
        announced.removeAll(keepingCapacity: true)
        for descriptor in descriptors where descriptor.revents != 0 { announced.append(descriptor.fd) }
    }

    fileprivate func clear() {
        isBusy = false
        wake = nil
        descriptors.removeAll(keepingCapacity: true)
    }
}

/// A receiver of turns from the loop.
final class LoopSource: Sendable {
    /// Runs on the loop's thread in every turn; records in the plan what it wants next.
    typealias Turn = @Sendable (Moment, LoopPlan) -> Void
}

/// The loop's thread and what it shares with others.
///
/// It lives as long as the thread, which may be slightly longer than the ``MessageLoop``.
final class LoopCore: Sendable {
    private struct Shared {
        var jobs: [UnownedJob] = []
        var arrivals: [(LoopSource, LoopSource.Turn)] = []
        var departures: [LoopSource] = []
        var isSleeping = false
        var isWoken = false
        var isStopped = false
        weak var loop: MessageLoop?
        var thread: pthread_t?
    }

    let context = Context()
    private let shared = Locked(Shared())
    private let wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))

    deinit { close(wakeUp) }

    // MARK: From any thread

    func start(_ loop: MessageLoop) {
        shared.withLock { $0.loop = loop }
        var thread = pthread_t()
        let core = Unmanaged.passRetained(self).toOpaque()
        let status = pthread_create(&thread, nil, { LoopCore.main($0) }, core)
        precondition(status == 0, "The system refused to create a thread (error \(status)).")
        // Nothing joins the thread: it ends after the loop.
        pthread_detach(thread)
    }

    private static func main(_ core: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let core else { return nil }
        Unmanaged<LoopCore>.fromOpaque(core).takeRetainedValue().run()
        return nil
    }

    func stop() { change { $0.isStopped = true } }

    func enqueue(_ job: UnownedJob) { change { $0.jobs.append(job) } }

    func attach(_ source: LoopSource, _ turn: @escaping LoopSource.Turn) {
        change { $0.arrivals.append((source, turn)) }
    }

    func detach(_ source: LoopSource) { change { $0.departures.append(source) } }

    /// Requests a turn for every source.
    func wake() { change { _ in } }

    var isCurrentThread: Bool {
        let thread = shared.withLock { $0.thread }
        return thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false
    }

    private func change(_ body: (inout Shared) -> Void) {
        let mustSignal = shared.withLock { shared -> Bool in
            body(&shared)
            shared.isWoken = true
            defer { shared.isSleeping = false }
            return shared.isSleeping
        }
        if mustSignal { eventfd_write(wakeUp, 1) }
    }

    // MARK: On the loop's thread

    private func run() {
        shared.withLock { $0.thread = pthread_self() }
        var jobs: [UnownedJob] = []
        var sources: [(LoopSource, LoopSource.Turn)] = []
        let plan = LoopPlan()
        while turn(&jobs, &sources, plan) { look(plan) }
    }

    /// Runs all pending jobs; false when the loop has ended.
    private func turn(
        _ jobs: inout [UnownedJob], _ sources: inout [(LoopSource, LoopSource.Turn)], _ plan: LoopPlan
    ) -> Bool {
        plan.clear()
        // Held during the turn, so that the loop survives the job in which its last actor ends.
        guard let loop = shared.withLock({ $0.loop }) else { return !shared.withLock { $0.isStopped } }
        takeChanges(&jobs, &sources)
        let executor = loop.asUnownedSerialExecutor()
        for job in jobs { job.runSynchronously(on: executor) }
        jobs.removeAll(keepingCapacity: true)
        let now = Moment.now
        for (_, turn) in sources { turn(now, plan) }
        return true
    }

    private func takeChanges(_ jobs: inout [UnownedJob], _ sources: inout [(LoopSource, LoopSource.Turn)]) {
        let (arrivals, departures) = shared.withLock { shared in
            swap(&jobs, &shared.jobs)
            shared.isWoken = false
            defer {
                if !shared.arrivals.isEmpty { shared.arrivals = [] }
                if !shared.departures.isEmpty { shared.departures = [] }
            }
            return (shared.arrivals, shared.departures)
        }
        sources += arrivals
        if !departures.isEmpty {
            sources.removeAll { source, _ in departures.contains { $0 === source } }
        }
    }

    /// Looks which descriptors announce something: one system call, where every source would need its own. Sleeps until
    /// one does if there is nothing else to do.
    private func look(_ plan: LoopPlan) {
        let maySleep =
            !plan.isBusy
            && shared.withLock { shared in
                shared.isSleeping = !shared.isWoken
                return shared.isSleeping
            }
        plan.watch(wakeUp)
        guard maySleep else { return plan.look(for: 0) }
        plan.look(for: plan.wake.map { Int32(clamping: $0.milliseconds(since: .now)) } ?? -1)
        shared.withLock { $0.isSleeping = false }
        guard plan.isAnnounced(wakeUp) else { return }
        var count = eventfd_t()
        eventfd_read(wakeUp, &count)
    }
}
