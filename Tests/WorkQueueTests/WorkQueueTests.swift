import Foundation
import GRDB
import Model
import Storage
import Testing
import WorkQueueClient

@testable import WorkQueueServer

@Suite(.timeLimit(.minutes(10)))
struct WorkQueueTests {
    private let fixture: QueueFixture
    private let queue: WorkQueue

    init() async throws {
        fixture = try QueueFixture()
        queue = try await fixture.open()
    }

    // MARK: Submitting

    @Test func `a task that is submitted twice exists once`() async throws {
        let task = TaskSubmission(id: "a", kind: "work", group: "g", payload: [1, 2])
        #expect(try await queue.submit(task) == (.queued, true))
        #expect(try await queue.submit(task) == (.queued, false))
        #expect(try await queue.statistics().tasks == [.queued: 1])
        #expect(try await fixture.history() == ["task.submitted a"])
        let lease = try #require(try await queue.pull("w"))
        #expect(try await queue.complete(lease.attempt, result: [3]) == .proceed)
        #expect(try await queue.submit(task) == (.succeeded, false))
        #expect(try await queue.task("a").result == [3])
    }

    @Test(arguments: [
        TaskSubmission(id: "", kind: "work"), TaskSubmission(id: "a", kind: ""),
        TaskSubmission(id: "a", kind: "work", maximumAttempts: 0),
    ])
    func `an impossible task is refused`(task: TaskSubmission) async throws {
        let failure = await #expect(throws: Failure.self) { try await queue.submit(task) }
        #expect(failure?.code == .invalidArgument)
    }

    @Test func `payloads and results have a maximum size`() async throws {
        var settings = QueueSettings()
        settings.largestPayload = 3
        let queue = try await QueueFixture(settings).open()
        try await queue.submit(TaskSubmission(id: "a", kind: "work", payload: [1, 2, 3]))
        let refusal = await #expect(throws: Failure.self) {
            try await queue.submit(TaskSubmission(id: "b", kind: "work", payload: [1, 2, 3, 4]))
        }
        #expect(refusal?.message.contains("'b' has 4 bytes") == true)
        let lease = try #require(try await queue.pull("w"))
        await #expect(throws: Failure.self) { try await queue.complete(lease.attempt, result: [1, 2, 3, 4]) }
    }

    @Test func `tasks that arrive while many workers wait reach one worker each`() async throws {
        var settings = QueueSettings()
        // Longer than the time limit, so that a worker that is not woken fails the test.
        settings.longestWait = .seconds(36_000)
        let (queue, patience) = (try await QueueFixture(settings).open(), settings.longestWait)
        for round in 0..<5 {
            let done = try await withThrowingTaskGroup(of: String?.self) { group in
                for index in 0..<64 {
                    group.addTask {
                        try await queue.pull(
                            worker: "w\(round)-\(index)", kinds: ["work", "other"], waiting: patience)?
                            .attempt.task
                    }
                }
                for index in 0..<64 {
                    try await queue.submit(
                        TaskSubmission(id: "\(round)-\(index)", kind: index.isMultiple(of: 2) ? "work" : "other"))
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(done.count == 64 && !done.contains(nil))
        }
    }

    @Test func `a full queue is busy, but acknowledges what it knows`() async throws {
        var settings = QueueSettings()
        settings.capacity = 2
        let queue = try await QueueFixture(settings).open()
        try await queue.submit("a", "b")
        let failure = await #expect(throws: Failure.self) { try await queue.submit("c") }
        #expect(failure?.code == .busy)
        #expect(failure?.retryAfter == .seconds(1))
        try await queue.submit("a")
        _ = try await queue.pull("w")
        try await queue.submit("c")
    }

    // MARK: Pulling

    @Test func `tasks are leased by priority and then in order of submission`() async throws {
        try await queue.submit("a", "b")
        try await queue.submit("c", priority: 1)
        try await queue.submit("d", kind: "other", priority: 5)
        var order: [String?] = []
        for worker in ["1", "2", "3", "4"] { order.append(try await queue.pull(worker)?.task) }
        #expect(order == ["c", "a", "b", nil])
        #expect(try await queue.pull("5", ["work", "other"])?.task == "d")
    }

    @Test func `priority holds across kinds`() async throws {
        try await queue.submit("a", kind: "x")
        try await queue.submit("b", kind: "y", priority: 1)
        try await queue.submit("c", kind: "y")
        var order: [String?] = []
        for worker in ["1", "2", "3"] { order.append(try await queue.pull(worker, ["x", "y"])?.task) }
        #expect(order == ["b", "a", "c"])
    }

    @Test func `a worker whose reply was lost gets the same attempt again`() async throws {
        try await queue.submit("a", "b")
        let first = try await queue.pull("w")
        let second = try await queue.pull("w")
        #expect(first == second)
        #expect(first?.attempt.number == 1)
        #expect(try await fixture.count("task.leased", "a") == 1)
    }

    @Test func `a waiting pull gets a task as soon as it is submitted`() async throws {
        async let lease = queue.pull(worker: "w", kinds: ["work"], waiting: .seconds(30))
        try await queue.submit("a")
        #expect(try await lease?.task == "a")
    }

    @Test func `many waiting workers share the tasks, each once`() async throws {
        let queue = queue
        let pulled = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await queue.pull(worker: "\(number)", kinds: ["work"], waiting: .seconds(30))?.task
                }
            }
            for number in 0..<20 { try await queue.submit("t\(number)") }
            return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(pulled.count == 20)
    }

    @Test func `a later pull of a worker ends its earlier one`() async throws {
        let queue = queue
        let first = Task { try await queue.pull(worker: "w", kinds: ["other"], waiting: .seconds(30)) }
        while try await fixture.history().isEmpty { await Task.yield() }
        _ = try await queue.pull("w")
        try await queue.submit("a", kind: "other")
        #expect(try await first.value == nil)
        #expect(try await queue.task("a").state == .queued)
    }

    // MARK: Fencing

    @Test func `a stale result has no effect`() async throws {
        try await queue.submit("a")
        let first = try #require(try await queue.pull("w1"))
        fixture.advance(by: .seconds(11))
        await queue.sweep()
        fixture.advance(by: .seconds(2))
        let second = try #require(try await queue.pull("w2"))
        #expect(second.attempt.number == 2)
        #expect(try await queue.complete(first.attempt, result: [1]) == .stale)
        #expect(try await queue.renew(first.attempt) == .stale)
        #expect(try await queue.fail(first.attempt, Failure(.internal, "late"), logTail: "") == .stale)
        #expect(try await queue.report(TaskReport(step: 1), of: first.attempt) == .stale)
        #expect(try await queue.complete(second.attempt, result: [2]) == .proceed)
        #expect(try await queue.complete(first.attempt, result: [1]) == .stale)
        #expect(try await queue.task("a").result == [2])
        #expect(try await fixture.count("task.succeeded", "a") == 1)
        #expect(try await fixture.count("task.progress", "a") == 0)
    }

    @Test func `a repeated result gets the same answer and counts once`() async throws {
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w"))
        for _ in 0..<3 { #expect(try await queue.complete(lease.attempt, result: [1]) == .proceed) }
        #expect(try await fixture.count("task.succeeded", "a") == 1)
    }

    @Test func `a repeated failure counts once`() async throws {
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w"))
        for _ in 0..<5 {
            #expect(try await queue.fail(lease.attempt, Failure(.unavailable, "x"), logTail: "") == .proceed)
        }
        #expect(try await queue.task("a").state == .queued)
        #expect(try await fixture.count("task.returned", "a") == 1)
    }

    @Test func `a report of an unknown task is stale`() async throws {
        let attempt = TaskAttempt(task: "none", number: 1, worker: "w")
        #expect(try await queue.renew(attempt) == .stale)
        #expect(try await queue.complete(attempt, result: []) == .stale)
    }

    // MARK: Leases

    @Test func `a task returns after ten seconds of silence`() async throws {
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w"))
        for _ in 0..<20 {
            fixture.advance(by: .seconds(9))
            #expect(try await queue.renew(lease.attempt) == .proceed)
            await queue.sweep()
        }
        #expect(try await queue.task("a").state == .leased)
        fixture.advance(by: .seconds(10))
        await queue.sweep()
        let task = try await queue.task("a")
        #expect(task.state == .queued)
        #expect(task.failure?.message.contains("'w' was not heard from") == true)
        let returned = try await fixture.events.read().first { $0.kind == "task.returned" }
        #expect(returned?.attributes["reason"] == "silence")
    }

    @Test func `a restart gives every lease a fresh period`() async throws {
        try await queue.submit("a", "b")
        let alive = try #require(try await queue.pull("alive"))
        _ = try await queue.pull("dead")
        fixture.advance(by: .seconds(9))
        let restarted = try await fixture.open()
        fixture.advance(by: .seconds(9))
        await restarted.sweep()
        #expect(try await restarted.statistics().tasks == [.leased: 2])
        #expect(try await restarted.renew(alive.attempt) == .proceed)
        fixture.advance(by: .seconds(1))
        await restarted.sweep()
        #expect(try await restarted.task("a").state == .leased)
        #expect(try await restarted.task("b").state == .queued)
        #expect(try await restarted.complete(alive.attempt, result: [1]) == .proceed)
    }

    @Test func `a delayed service blames no worker`() async throws {
        try await queue.submit("a")
        _ = try await queue.pull("w")
        fixture.advance(by: .seconds(60))
        await queue.sweep(late: .seconds(55))
        #expect(try await queue.task("a").state == .leased)
        fixture.advance(by: .seconds(10))
        await queue.sweep()
        #expect(try await queue.task("a").state == .queued)
    }

    @Test func `a released task is free immediately and has not crashed`() async throws {
        try await queue.submit("a")
        for attempt in 1...10 {
            let lease = try #require(try await queue.pull("w\(attempt)"))
            #expect(lease.attempt.number == attempt)
            #expect(try await queue.release(lease.attempt) == .proceed)
        }
        #expect(try await queue.task("a").state == .queued)
    }

    // MARK: Failing

    @Test func `delays double with jitter up to a minute`() {
        let settings = QueueSettings()
        let delays = (1...9).map { settings.delay(afterCrashes: $0, jitter: 1) }
        #expect(delays == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
        #expect(settings.delay(afterCrashes: 3, jitter: 0) == .seconds(2))
        #expect(settings.delay(afterCrashes: 1_000, jitter: 0) == .seconds(30))
    }

    @Test func `a failed attempt is tried again after its delay`() async throws {
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w"))
        _ = try await queue.fail(lease.attempt, Failure(.unavailable, "registry is away"), logTail: "")
        #expect(try await queue.pull("w") == nil)
        fixture.advance(by: .milliseconds(749))
        #expect(try await queue.pull("w") == nil)
        fixture.advance(by: .milliseconds(1))
        #expect(try await queue.pull("w")?.attempt.number == 2)
    }

    @Test func `a clock that was set back does not delay a task forever`() async throws {
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w"))
        _ = try await queue.fail(lease.attempt, Failure(.unavailable, "x"), logTail: "")
        fixture.advance(by: .seconds(-3_600))
        #expect(try await queue.pull("w")?.attempt.number == 2)
    }

    @Test func `a task is dead after three crashes, with the last error and log`() async throws {
        try await queue.submit("a")
        for attempt in 1...3 {
            let lease = try #require(try await queue.pull("w"))
            let failure = Failure(.internal, "crash \(attempt)", isRetriable: true)
            _ = try await queue.fail(lease.attempt, failure, logTail: "line \(attempt)")
            fixture.advance(by: .seconds(60))
        }
        #expect(try await queue.pull("w") == nil)
        let task = try await queue.task("a")
        #expect(task.state == .dead)
        #expect(task.failure?.message == "crash 3")
        #expect(task.logTail == "line 3")
        #expect(try await fixture.count("task.dead", "a") == 1)
        #expect(try await queue.list(states: [.dead]).map(\.id) == ["a"])
    }

    @Test func `an attempt that gets beyond the last checkpoint resets the crash count`() async throws {
        try await queue.submit("a")
        for attempt in 1...5 {
            let lease = try #require(try await queue.pull("w"))
            let checkpoint = BlobDigest(hashing: [UInt8(attempt)])
            #expect(
                try await queue.report(TaskReport(step: attempt, checkpoint: checkpoint), of: lease.attempt) == .proceed
            )
            _ = try await queue.fail(lease.attempt, Failure(.unavailable, "killed"), logTail: "")
            fixture.advance(by: .seconds(60))
        }
        for _ in 1...2 {
            let lease = try #require(try await queue.pull("w"))
            // The same checkpoint again is not progress.
            let report = TaskReport(step: 5, checkpoint: lease.checkpoint)
            #expect(try await queue.report(report, of: lease.attempt) == .proceed)
            _ = try await queue.fail(lease.attempt, Failure(.unavailable, "killed"), logTail: "")
            fixture.advance(by: .seconds(60))
        }
        #expect(try await queue.task("a").state == .dead)
        #expect(try await queue.task("a").attempt == 7)
    }

    @Test func `a long message is truncated`() async throws {
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w"))
        let message = String(repeating: "€", count: 300_000)
        _ = try await queue.fail(lease.attempt, Failure(.invalidArgument, message), logTail: "")
        let kept = try #require(try await queue.task("a").failure?.message)
        #expect(kept.utf8.count <= fixture.settings.largestMessage)
        #expect(kept.hasPrefix("€€€") && kept.hasSuffix("… (900000 bytes in total)"))
        let told = try await fixture.events.read().first { $0.kind == "task.failed" }
        #expect(told?.attributes["message"] == kept)
    }

    @Test func `names have a maximum length`() async throws {
        let long = String(repeating: "n", count: fixture.settings.longestName + 1)
        for task in [
            TaskSubmission(id: long, kind: "work"), TaskSubmission(id: "a", kind: long),
            TaskSubmission(id: "a", kind: "work", group: long),
        ] {
            await #expect(throws: Failure.self) { try await queue.submit(task) }
        }
        await #expect(throws: Failure.self) { try await queue.pull(long) }
        await #expect(throws: Failure.self) { try await queue.pull("w", (0...64).map { "\($0)" }) }
    }

    @Test func `reports from another worker have no effect`() async throws {
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w"))
        var forged = lease.attempt
        forged.worker = "stranger"
        #expect(try await queue.renew(forged) == .stale)
        #expect(try await queue.report(TaskReport(step: 1), of: forged) == .stale)
        #expect(try await queue.complete(forged, result: [6]) == .stale)
        #expect(try await queue.fail(forged, Failure(.invalidArgument, "forged"), logTail: "") == .stale)
        #expect(try await queue.release(forged) == .stale)
        #expect(try await queue.complete(lease.attempt, result: [7]) == .proceed)
        #expect(try await queue.complete(forged, result: [6]) == .stale)
        #expect(try await queue.task("a").result == [7])
    }

    @Test func `two processes with one name have their own leases, even after a restart`() async throws {
        func pull(_ queue: WorkQueue, _ instance: String) async throws -> TaskLease? {
            try await queue.pull(worker: "w", instance: instance, kinds: ["work"], waiting: .zero)
        }
        try await queue.submit("a", "b")
        let first = try #require(try await pull(queue, "1"))
        #expect(try await pull(queue, "2")?.task == "b")
        #expect(try await pull(queue, "1")?.attempt == first.attempt)
        let restarted = try await fixture.open()
        #expect(try await pull(restarted, "2")?.task == "b")
        #expect(try await pull(restarted, "3") == nil)
        #expect(try await pull(restarted, "1")?.attempt == first.attempt)
    }

    @Test func `a task that failed permanently is not retried`() async throws {
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w"))
        _ = try await queue.fail(lease.attempt, Failure(.invalidArgument, "no such layer"), logTail: "tail")
        let task = try await queue.task("a")
        #expect(task.state == .failed)
        #expect(task.failure == Failure(.invalidArgument, "no such layer"))
        fixture.advance(by: .seconds(100))
        #expect(try await queue.pull("w") == nil)
    }

    @Test func `a dead task can be requeued or dropped`() async throws {
        try await queue.submit("a", "b")
        for id in ["a", "b"] {
            for _ in 1...3 {
                let lease = try #require(try await queue.pull("w"))
                #expect(lease.task == id)
                _ = try await queue.fail(lease.attempt, Failure(.unavailable, "x", isRetriable: true), logTail: "")
                if try await queue.task(id).state == .dead { break }
                try await retryFirst(id)
            }
        }
        #expect(try await queue.requeue("a"))
        #expect(try await !queue.requeue("a"))
        #expect(try await queue.drop("b"))
        #expect(try await !queue.drop("b"))
        #expect(try await queue.pull("w")?.task == "a")
        #expect(try await queue.task("b").state == .cancelled)
        await #expect(throws: Failure.self) { try await queue.requeue("none") }
    }

    private func retryFirst(_ id: String) async throws {
        try await fixture.database.write { db in
            try db.execute(sql: "UPDATE tasks SET due = 0, priority = 9 WHERE id = ?", arguments: [id])
        }
    }

    // MARK: Cancelling

    @Test func `canceling a group ends waiting tasks and stops running ones`() async throws {
        try await queue.submit("a", "b", "c", group: "g")
        try await queue.submit("d", group: "h")
        let done = try #require(try await queue.pull("w1"))
        _ = try await queue.complete(done.attempt, result: [])
        let running = try #require(try await queue.pull("w2"))
        #expect(try await queue.cancel(group: "g") == 2)
        #expect(try await queue.cancel(group: "g") == 0)
        #expect(try await queue.renew(running.attempt) == .cancel)
        #expect(try await queue.report(TaskReport(step: 1), of: running.attempt) == .cancel)
        #expect(try await queue.complete(running.attempt, result: [1]) == .cancel)
        #expect(try await queue.statistics().tasks == [.succeeded: 1, .cancelled: 2, .queued: 1])
        #expect(try await queue.pull("w2")?.task == "d")
        await #expect(throws: Failure.self) { try await queue.cancel() }
    }

    @Test func `one task can be canceled`() async throws {
        try await queue.submit("a", "b", group: "g")
        #expect(try await queue.cancel(id: "a") == 1)
        #expect(try await queue.task("a").state == .cancelled)
        #expect(try await queue.pull("w")?.task == "b")
    }

    // MARK: Reading

    @Test func `waiting for a task ends with the task`() async throws {
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w"))
        async let task = queue.task("a", waiting: .seconds(30))
        _ = try await queue.complete(lease.attempt, result: [7])
        #expect(try await task.result == [7])
        await #expect(throws: Failure.self) { try await queue.task("none") }
    }

    @Test func `lists are paged and filtered by group and state`() async throws {
        for number in 0..<25 { try await queue.submit("t\(number)", group: number < 20 ? "g" : "h") }
        _ = try await queue.pull("w")
        let first = try await queue.list(group: "g", limit: 10)
        #expect(first.map(\.id) == (0..<10).map { "t\($0)" })
        let second = try await queue.list(group: "g", limit: 15, after: "t9")
        #expect(second.map(\.id) == (10..<20).map { "t\($0)" })
        #expect(try await queue.list(states: [.leased]).map(\.id) == ["t0"])
    }

    @Test func `progress is an event with its measurements, and keeps the checkpoint`() async throws {
        try await queue.submit("a", group: "g")
        let lease = try #require(try await queue.pull("w1"))
        let checkpoint = BlobDigest(hashing: [1])
        let report = TaskReport(step: 2, steps: 5, metrics: ["loss": 0.5], checkpoint: checkpoint)
        #expect(try await queue.report(report, of: lease.attempt) == .proceed)
        #expect(try await queue.report(TaskReport(step: 3), of: lease.attempt) == .proceed)
        let events = try await fixture.events.read().filter { $0.kind == "task.progress" }
        #expect(
            events.first?.attributes == [
                "kind": "work", "group": "g", "worker": "w1", "attempt": "1", "step": "2", "steps": "5",
                "metric.loss": "0.5", "checkpoint": checkpoint.hexadecimal,
            ])
        _ = try await queue.release(lease.attempt)
        #expect(try await queue.pull("w2")?.checkpoint == checkpoint)
    }

    @Test func `workers are listed while they are heard from`() async throws {
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w1"))
        _ = try await queue.pull("w2")
        fixture.advance(by: .seconds(8))
        _ = try await queue.renew(lease.attempt)
        #expect(
            try await queue.statistics().workers == [
                .init(name: "w1", task: "a", silence: .zero), .init(name: "w2", task: nil, silence: .seconds(8)),
            ])
        fixture.advance(by: .seconds(3))
        await queue.sweep()
        #expect(try await queue.statistics().workers.map(\.name) == ["w1"])
        #expect(try await fixture.count("worker.joined", "w1") == 1)
        #expect(try await fixture.count("worker.left", "w2") == 1)
    }

    @Test func `a service's writes are committed together with the result or not at all`() async throws {
        let fixture = try QueueFixture()
        let queue = try await fixture.open { task, db in
            if task.result == [0] { throw Failure(.invalidArgument, "an empty result") }
            try db.execute(sql: "CREATE TABLE scores (id TEXT)")
        }
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w"))
        await #expect(throws: Failure.self) { try await queue.complete(lease.attempt, result: [0]) }
        #expect(try await queue.task("a").state == .leased)
        #expect(try await fixture.count("task.succeeded", "a") == 0)
        #expect(try await queue.complete(lease.attempt, result: [1]) == .proceed)
        let hasScores = try await fixture.database.read { db in try db.tableExists("scores") }
        #expect(hasScores)
    }
}
