import Glibc

/// A dedicated thread as a task executor, with a timer that needs no other thread.
///
/// Blocking work (training) runs on one, so that it does not occupy a thread of the cooperative pool. Heartbeats run on
/// another, so that nothing that blocks the pool delays them.
package final class WorkerThread: TaskExecutor {
    private let core: WorkerThreadCore

    /// Starts a thread.
    package init() {
        core = WorkerThreadCore()
        core.start()
    }

    deinit { core.stop() }

    /// Runs a part of a task on the thread.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The job keeps its executor alive until it has run.
        core.post { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Sleeps without using the cooperative pool.
    /// - Throws: `CancellationError` if the task is canceled.
    package func sleep(for duration: Duration) async throws {
        let timer = core.makeTimer()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { core.set(timer, after: duration, $0) }
        } onCancel: {
            core.cancel(timer)
        }
        try Task.checkCancellation()
    }
}

/// State shared by the thread and its users; it lives as long as the thread.
///
/// `@unchecked`: all mutable state is accessed only under the mutex.
private final class WorkerThreadCore: @unchecked Sendable {
    typealias Timer = Int
    typealias Sleeper = UnsafeContinuation<Void, Never>

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [() -> Void] = []
    private var sleepers: [Timer: (end: Duration, sleeper: Sleeper)] = [:]
    private var cancelled: Set<Timer> = []
    private var timers = 0
    private var isStopped = false

    init() {
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func start() {
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<WorkerThreadCore>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(status == 0, "The system refused to create a thread (error \(status)).")
        pthread_detach(thread)
    }

    func stop() { change { isStopped = true } }

    func post(_ job: @escaping () -> Void) { change { jobs.append(job) } }

    func makeTimer() -> Timer {
        change {
            timers += 1
            return timers
        }
    }

    func set(_ timer: Timer, after duration: Duration, _ sleeper: Sleeper) {
        change {
            let end = cancelled.remove(timer) == nil ? Self.now + duration : .zero
            sleepers[timer] = (end, sleeper)
        }
    }

    func cancel(_ timer: Timer) {
        change {
            if sleepers[timer] == nil { cancelled.insert(timer) } else { sleepers[timer]?.end = .zero }
        }
    }

    private func change<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_signal(condition)
            pthread_mutex_unlock(mutex)
        }
        return body()
    }

    // MARK: On the thread

    private func run() {
        while let work = next() {
            for job in work.jobs { job() }
            for sleeper in work.sleepers { sleeper.resume() }
        }
    }

    /// The next job, waiting for one; nil when the thread is to end.
    private func next() -> (jobs: [() -> Void], sleepers: [Sleeper])? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            let now = Self.now
            let due = sleepers.filter { $0.value.end <= now }
            for timer in due.keys { sleepers[timer] = nil }
            if !jobs.isEmpty || !due.isEmpty {
                defer { jobs = [] }
                return (jobs, due.values.map(\.sleeper))
            }
            if isStopped { return nil }
            wait(until: sleepers.values.map(\.end).min())
        }
    }

    private func wait(until end: Duration?) {
        guard let end else {
            pthread_cond_wait(condition, mutex)
            return
        }
        var time = timespec(
            tv_sec: Int(end.components.seconds), tv_nsec: Int(end.components.attoseconds / 1_000_000_000))
        pthread_cond_timedwait(condition, mutex, &time)
    }

    private static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
