import Glibc
import Synchronization
import Testing
import WorkQueueClient

@Suite(.timeLimit(.minutes(10)))
struct WorkerThreadTests {
    @Test func `all parts of a task run on one thread`() async {
        let thread = WorkerThread()
        let names = await Task(executorPreference: thread) {
            var names: Set<UInt> = []
            for _ in 0..<20 {
                names.insert(pthread_self())
                await Task.yield()
                try? await thread.sleep(for: .milliseconds(1))
            }
            return names
        }.value
        #expect(names.count == 1)
    }

    @Test func `it sleeps no shorter than it should`() async throws {
        let thread = WorkerThread()
        await withTaskGroup { group in
            for time in [60, 20, 40] {
                group.addTask {
                    let before = ContinuousClock.now
                    try? await thread.sleep(for: .milliseconds(time))
                    #expect(ContinuousClock.now - before >= .milliseconds(time))
                }
            }
        }
    }

    @Test func `a canceled sleep ends`() async {
        let thread = WorkerThread()
        for _ in 0..<100 {
            let sleep = Task(executorPreference: thread) { try await thread.sleep(for: .seconds(50)) }
            sleep.cancel()
            await #expect(throws: CancellationError.self) { try await sleep.value }
        }
    }

    @Test func `it needs no thread from the pool`() async {
        let thread = WorkerThread()
        let isOver = Guarded(false)
        let beats = Guarded(0)
        // Every thread of the pool is blocked until the thread has sent three heartbeats.
        let blockers = (0..<16).map { _ in Task { while !isOver.withLock({ $0 }) { usleep(500) } } }
        let heart = Task(executorPreference: thread) {
            for _ in 0..<3 {
                try? await thread.sleep(for: .milliseconds(5))
                beats.withLock { $0 += 1 }
            }
            isOver.withLock { $0 = true }
        }
        for blocker in blockers { await blocker.value }
        await heart.value
        #expect(beats.withLock { $0 } == 3)
    }
}

/// A locked value that tasks of a test share.
private final class Guarded<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        mutex.withLock { value in body(&value) }
    }
}
