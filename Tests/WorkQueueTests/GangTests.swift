import Model
import ServiceClient
import ServiceKit
import Testing
import WorkQueueClient

@testable import WorkQueueServer

@Suite(.timeLimit(.minutes(10)))
struct GangTests {
    private let fixture: QueueFixture
    private let queue: WorkQueue

    init() async throws {
        fixture = try QueueFixture()
        queue = try await fixture.open()
    }

    private func submit(_ id: String, workers: Int, kind: String = "work") async throws {
        try await queue.submit(TaskSubmission(id: id, kind: kind, payload: [7], workers: workers))
    }

    /// Leases of workers that pull simultaneously, by rank; which worker gets which is random.
    private func gang(_ workers: String..., of queue: WorkQueue? = nil) async throws -> [TaskLease] {
        let queue = queue ?? self.queue
        let leases = try await withThrowingTaskGroup(of: TaskLease?.self) { group in
            for worker in workers {
                group.addTask { try await queue.pull(worker: worker, kinds: ["work"], waiting: .seconds(20)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return leases.compactMap { $0 }.sorted { ($0.gang?.rank ?? 0) < ($1.gang?.rank ?? 0) }
    }

    /// A gang of two: its leases by rank.
    private func pair() async throws -> [TaskLease] {
        try await submit("g", workers: 2)
        let leases = try await gang("a", "b")
        try #require(leases.count == 2)
        return leases
    }

    @Test func `all workers of a task get it at the same time, each with its rank`() async throws {
        let leases = try await pair()
        #expect(leases.map { $0.gang?.rank } == [0, 1])
        #expect(leases.map { $0.gang?.size } == [2, 2])
        #expect(leases[0].gang?.key == leases[1].gang?.key && leases[0].gang?.key.isEmpty == false)
        #expect(leases.map(\.payload) == [[7], [7]])
        #expect(leases.map(\.attempt.number) == [1, 1])
        #expect(leases.map(\.task) == ["g", "g#1"])
        #expect(try await fixture.count("task.leased", "g") == 2)
    }

    @Test func `a task calls for all its workers, waiting or running`() async throws {
        #expect(try await queue.statistics().demand == .init(usable: 0, needed: 0))
        try await queue.submit("x")
        #expect(try await queue.statistics().demand == .init(usable: 1, needed: 1))
        try await submit("h", workers: 3, kind: "other")
        try await submit("g", workers: 2)
        #expect(try await queue.statistics().demand == .init(usable: 6, needed: 3))
        #expect(try await queue.pull("z")?.task == "x")
        let leases = try await gang("a", "b")
        #expect(try await queue.statistics().demand == .init(usable: 6, needed: 3))
        _ = try await queue.complete(leases[0].attempt, result: [])
        #expect(try await queue.statistics().demand == .init(usable: 4, needed: 3))
        let sample = try await queue.metrics().first { $0.metric.name == "gyrus_queue_usable_workers" }
        #expect(sample?.value == 4)
    }

    @Test func `a task for more workers than are free is leased to none of them`() async throws {
        try await submit("g", workers: 2)
        #expect(try await queue.pull("a") == nil)
        #expect(try await queue.task("g").state == .queued)
        #expect(try await queue.task("g").attempt == 0)
    }

    @Test func `two gangs never hold half of each other's workers`() async throws {
        try await submit("g", workers: 2)
        try await submit("h", workers: 2)
        #expect(try await gang("a", "b").map(\.task) == ["g", "g#1"])
        #expect(try await queue.pull("c") == nil)
        #expect(try await queue.task("h").state == .queued)
    }

    @Test func `tasks for one worker go first while too few are free, but not forever`() async throws {
        try await queue.submit("long")
        let busy = try #require(try await queue.pull("b"))
        try await submit("g", workers: 2)
        try await queue.submit("x", "y")
        #expect(try await queue.pull("a")?.task == "x")
        _ = try await queue.complete(TaskAttempt(task: "x", number: 1, worker: "a"), result: [])
        fixture.advance(by: fixture.settings.gangPatience)
        #expect(try await queue.pull("a") == nil)
        _ = try await queue.complete(busy.attempt, result: [])
        #expect(try await gang("a", "b").map(\.task) == ["g", "g#1"])
    }

    @Test(arguments: [0, 1])
    func `the silence of one worker returns the task from all, and it resumes from the checkpoint`(
        dead: Int
    ) async throws {
        let leases = try await pair()
        let checkpoint = BlobDigest(hashing: [1])
        _ = try await queue.report(TaskReport(checkpoint: checkpoint), of: leases[0].attempt)
        fixture.advance(by: .seconds(6))
        #expect(try await queue.renew(leases[1 - dead].attempt) == .proceed)
        fixture.advance(by: .seconds(5))
        await queue.sweep()
        for lease in leases { #expect(try await queue.renew(lease.attempt) == .stale) }
        for lease in leases { #expect(try await queue.complete(lease.attempt, result: [1]) == .stale) }
        #expect(try await fixture.count("task.returned", "g") == 1)
        fixture.advance(by: .seconds(2))
        let again = try await gang("c", "d")
        #expect(again.map(\.attempt.number) == [2, 2])
        #expect(again.map(\.checkpoint) == [checkpoint, checkpoint])
        #expect(again[0].gang?.key != leases[0].gang?.key)
    }

    @Test func `the failure of one worker counts once, however many of the others fail with it`() async throws {
        let leases = try await pair()
        for lease in leases.reversed() {
            let failure = Failure(.unavailable, "the others are gone")
            #expect(try await queue.fail(lease.attempt, failure, logTail: "") == .proceed)
        }
        #expect(try await fixture.count("task.returned", "g") == 1)
        #expect(try await queue.task("g").state == .queued)
        #expect(try await queue.task("g").failure?.message == "the others are gone")
    }

    @Test func `the task ends with the worker of rank 0`() async throws {
        let leases = try await pair()
        #expect(try await queue.complete(leases[1].attempt, result: [9]) == .proceed)
        #expect(try await queue.task("g").state == .leased)
        #expect(try await queue.complete(leases[0].attempt, result: [5]) == .proceed)
        #expect(try await queue.task("g").state == .succeeded)
        #expect(try await queue.task("g").result == [5])
        #expect(try await queue.statistics().tasks == [.succeeded: 1])
        #expect(try await queue.list().map(\.id) == ["g"])
        #expect(try await fixture.count("task.succeeded", "g") == 1)
    }

    @Test func `a worker that finished before the others failed does its part again`() async throws {
        let leases = try await pair()
        _ = try await queue.complete(leases[1].attempt, result: [])
        _ = try await queue.fail(leases[0].attempt, Failure(.unavailable, "x"), logTail: "")
        fixture.advance(by: .seconds(2))
        let again = try await gang("a", "b")
        #expect(again.map(\.attempt.number) == [2, 2])
        #expect(again.map { $0.gang?.rank } == [0, 1])
    }

    @Test func `a worker that dies after another has finished is still required`() async throws {
        let leases = try await pair()
        _ = try await queue.complete(leases[1].attempt, result: [])
        fixture.advance(by: fixture.settings.silence)
        await queue.sweep()
        #expect(try await fixture.count("task.returned", "g") == 1)
        #expect(try await queue.task("g").state == .queued)
    }

    @Test func `canceling a task cancels it for all workers`() async throws {
        let leases = try await pair()
        #expect(try await queue.cancel(id: "g") == 1)
        for lease in leases { #expect(try await queue.renew(lease.attempt) == .cancel) }
        #expect(try await fixture.count("task.cancelled", "g") == 1)
    }

    @Test func `a dead task for several workers is requeued whole`() async throws {
        try await queue.submit(TaskSubmission(id: "g", kind: "work", maximumAttempts: 1, workers: 2))
        let leases = try await gang("a", "b")
        _ = try await queue.fail(leases[1].attempt, Failure(.unavailable, "x"), logTail: "")
        #expect(try await queue.task("g").state == .dead)
        #expect(try await queue.requeue("g"))
        #expect(try await gang("a", "b").map(\.attempt.number) == [2, 2])
    }

    @Test func `workers of a restarted queue keep their ranks`() async throws {
        let leases = try await pair()
        let restarted = try await fixture.open()
        for lease in leases { #expect(try await restarted.pull(lease.attempt.worker) == lease) }
        #expect(try await restarted.renew(leases[1].attempt) == .proceed)
    }

    @Test func `the address of rank 0 reaches only workers of the same attempt`() async throws {
        let leases = try await pair()
        async let told = queue.rendezvous(leases[1].attempt, at: "", waiting: .seconds(20))
        #expect(try await queue.rendezvous(leases[0].attempt, at: "host:1", waiting: .zero) == "host:1")
        #expect(try await told == "host:1")
        let refusal = await #expect(throws: Failure.self) {
            try await queue.rendezvous(leases[1].attempt, at: "host:2", waiting: .zero)
        }
        #expect(refusal?.code == .conflict)
        _ = try await queue.fail(leases[0].attempt, Failure(.unavailable, "x"), logTail: "")
        let stale = await #expect(throws: Failure.self) {
            try await queue.rendezvous(leases[1].attempt, at: "", waiting: .zero)
        }
        #expect(stale?.code == .stale)
    }

    @Test func `a task starts with enough free workers, and continues with more`()
        async throws
    {
        try await queue.submit(TaskSubmission(id: "g", kind: "work", workers: 3, minWorkers: 1))
        let alone = try #require(try await queue.pull("a"))
        #expect(alone.gang == nil)
        async let second = queue.pull(worker: "b", kinds: ["work"], waiting: .seconds(20))
        while try await queue.report(TaskReport(step: 1, steps: 3), of: alone.attempt) != .regroup {
            try await Task.sleep(for: .milliseconds(5))
        }
        // A task that is about to end is not interrupted, nor is one in the middle of a step.
        #expect(try await queue.report(TaskReport(step: 3, steps: 3), of: alone.attempt) == .proceed)
        #expect(try await queue.report(TaskReport(), of: alone.attempt) == .proceed)
        _ = try await queue.release(alone.attempt)
        let first = try await queue.pull(worker: "a", kinds: ["work"], waiting: .seconds(20))
        let leases = try await [first, second].compactMap { $0 }.sorted { $0.task < $1.task }
        #expect(leases.map(\.task) == ["g", "g#1"])
        #expect(leases.map { $0.gang?.size } == [2, 2])
        #expect(leases.map(\.attempt.number) == [2, 2])
        // Without a third worker, there is nothing to wait for.
        #expect(try await queue.report(TaskReport(step: 2, steps: 3), of: leases[0].attempt) == .proceed)
        _ = try await queue.complete(leases[0].attempt, result: [5])
        #expect(try await queue.task("g").result == [5])
        #expect(try await queue.statistics().tasks == [.succeeded: 1])
    }

    @Test func `a task that a worker has left continues with the others if they are enough`() async throws {
        // Workers that the queue knows are awaited.
        for worker in ["a", "b"] { #expect(try await queue.pull(worker) == nil) }
        try await queue.submit(TaskSubmission(id: "g", kind: "work", workers: 2, minWorkers: 1))
        let leases = try await gang("a", "b")
        try #require(leases.map { $0.gang?.size } == [2, 2])
        fixture.advance(by: .seconds(6))
        _ = try await queue.renew(leases[0].attempt)
        fixture.advance(by: .seconds(5))
        await queue.sweep()
        fixture.advance(by: .seconds(2))
        let again = try #require(try await queue.pull(leases[0].attempt.worker))
        #expect(again.gang == nil)
        #expect(again.attempt.number == 2)
    }

    @Test func `a minimum number of workers above the maximum is refused`() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await queue.submit(TaskSubmission(id: "g", kind: "work", workers: 2, minWorkers: 3))
        }
        #expect(failure?.code == .invalidArgument)
    }

    /// An elastic gang of two: its leases by rank.
    private func elasticPair() async throws -> [TaskLease] {
        try await queue.submit(TaskSubmission(id: "g", kind: "work", workers: 2, isElastic: true))
        let leases = try await gang("a", "b")
        try #require(leases.count == 2)
        return leases
    }

    @Test(arguments: ["silence", "failed", "released"])
    func `a worker that leaves an elastic task is replaced while the others continue`(reason: String) async throws {
        let leases = try await elasticPair()
        let (first, second) = (leases[0].attempt, leases[1].attempt)
        switch reason {
        case "failed": _ = try await queue.fail(second, Failure(.unavailable, "x"), logTail: "")
        case "released": _ = try await queue.release(second)
        default:
            fixture.advance(by: fixture.settings.silence / 2)
            _ = try await queue.renew(first)
            fixture.advance(by: fixture.settings.silence / 2)
            await queue.sweep()
        }
        #expect(try await fixture.count("task.left", "g") == 1)
        #expect(try await fixture.count("task.returned", "g") == 0)
        #expect(try await queue.renew(second) == .stale)
        #expect(try await queue.renew(first) == .proceed)
        let joined = try #require(try await queue.pull("c"))
        #expect(joined.gang == leases[1].gang)
        #expect(joined.attempt == TaskAttempt(task: "g#1", number: 2, worker: "c"))
        #expect(joined.payload == [7] || joined.payload == leases[0].payload)
        _ = try await queue.rendezvous(first, at: "host:1", waiting: .zero)
        #expect(try await queue.rendezvous(joined.attempt, at: "", waiting: .zero) == "host:1")
        #expect(try await queue.complete(joined.attempt, result: []) == .proceed)
        #expect(try await queue.complete(first, result: [5]) == .proceed)
        #expect(try await queue.task("g").result == [5])
    }

    @Test func `the loss of rank 0 returns an elastic task from all, and no attempt number repeats`() async throws {
        let leases = try await elasticPair()
        _ = try await queue.release(leases[1].attempt)
        let joined = try #require(try await queue.pull("c"))
        _ = try await queue.fail(leases[0].attempt, Failure(.unavailable, "x"), logTail: "")
        #expect(try await queue.renew(joined.attempt) == .stale)
        fixture.advance(by: .seconds(2))
        #expect(try await gang("a", "b").map(\.attempt.number) == [3, 3])
    }

    @Test func `a rank at which too many have crashed stays vacant`() async throws {
        let leases = try await elasticPair()
        var attempt = leases[1].attempt
        for _ in 1..<fixture.settings.maximumAttempts {
            _ = try await queue.fail(attempt, Failure(.unavailable, "x"), logTail: "")
            attempt = try #require(try await queue.pull("c")).attempt
        }
        _ = try await queue.fail(attempt, Failure(.unavailable, "x"), logTail: "")
        #expect(try await queue.pull("c") == nil)
        #expect(try await queue.renew(leases[0].attempt) == .proceed)
    }

    @Test func `a free worker takes a due task before a vacant rank`() async throws {
        let leases = try await elasticPair()
        _ = try await queue.release(leases[1].attempt)
        try await queue.submit("x")
        #expect(try await queue.pull("c")?.task == "x")
        #expect(try await queue.pull("d")?.task == "g#1")
    }

    @Test func `a task for which there are too few workers reports it once`() async throws {
        try await submit("g", workers: 3)
        #expect(try await queue.pull("a") == nil)
        #expect(try await fixture.count("task.waiting", "g") == 0)
        fixture.advance(by: fixture.settings.gangPatience)
        for _ in 0..<2 { #expect(try await queue.pull("a") == nil) }
        #expect(try await fixture.count("task.waiting", "g") == 1)
    }

    @Test(arguments: [0, 65])
    func `a task for an impossible number of workers is refused`(workers: Int) async throws {
        let failure = await #expect(throws: Failure.self) { try await submit("g", workers: workers) }
        #expect(failure?.code == .invalidArgument)
    }

    /// Random gangs over few workers that fail: in the end every task has succeeded exactly once.
    @Test(arguments: 0..<8)
    func `no history of gangs loses a task or leases half of one`(seed: UInt64) async throws {
        var settings = QueueSettings()
        settings.maximumAttempts = 1_000
        let fixture = try QueueFixture(settings)
        let queue = try await fixture.open()
        var random = SplitMix64(seed: seed)
        for number in 0..<6 {
            let workers = Int.random(in: 1...3, using: &random)
            try await queue.submit(TaskSubmission(id: "t\(number)", kind: "work", workers: workers))
        }
        for _ in 0..<200 where try await queue.statistics().tasks[.succeeded] != 6 {
            let held = try await held(by: ["w0", "w1", "w2", "w3"], of: queue)
            for task in try await queue.list(states: [.leased]) {
                #expect(held.count { $0.task == task.id || $0.task.hasPrefix("\(task.id)#") } == task.workers)
            }
            for lease in held.shuffled(using: &random) {
                let fails = Int.random(in: 0..<4, using: &random) == 0
                _ =
                    try await fails
                    ? queue.fail(lease.attempt, Failure(.unavailable, "x"), logTail: "")
                    : queue.complete(lease.attempt, result: [])
            }
            fixture.advance(by: .seconds(61))
        }
        #expect(try await queue.statistics().tasks == [.succeeded: 6])
        for number in 0..<6 { #expect(try await fixture.count("task.succeeded", "t\(number)") == 1) }
    }

    /// The leases of workers that pull simultaneously, after everyone who can begin has begun.
    private func held(by workers: [String], of queue: WorkQueue) async throws -> [TaskLease] {
        let pulls = workers.map { worker in
            Task { try await queue.pull(worker: worker, kinds: ["work"], waiting: .seconds(20)) }
        }
        while await queue.leases.attempts.isEmpty { await Task.yield() }
        for pull in pulls { pull.cancel() }
        for pull in pulls { _ = await pull.result }
        // A worker whose pull was canceled learns of its lease when it pulls again.
        var held: [TaskLease] = []
        for worker in workers {
            if let lease = try await queue.pull(worker: worker, kinds: [], waiting: .zero) { held.append(lease) }
        }
        return held
    }
}
