import Model
import Storage
import Testing
import WorkQueueClient

@testable import WorkQueueServer

/// Random histories of pulls, deaths, late answers and restarts, which must neither lose a task nor count one twice.
@Suite(.timeLimit(.minutes(10)))
struct RandomHistoryTests {
    @Test(arguments: 0..<40)
    func `no history loses a task or counts one twice`(seed: UInt64) async throws {
        var settings = QueueSettings()
        settings.maximumAttempts = seed.isMultiple(of: 2) ? 1_000 : 3
        var history = try await History(seed: seed, settings: settings)
        try await history.run(steps: 300)
        try await history.finish()
        try await history.check()
    }
}

private struct History {
    private let fixture: QueueFixture
    private var queue: WorkQueue
    private var random: SplitMix64
    private var submitted: [String] = []
    /// Every lease that any worker ever had: dead and slow workers report about old ones.
    private var leases: [TaskLease] = []
    /// Result of the completion that was accepted.
    private var accepted: [String: [UInt8]] = [:]

    init(seed: UInt64, settings: QueueSettings) async throws {
        fixture = try QueueFixture(settings)
        queue = try await fixture.open()
        random = SplitMix64(seed: seed)
    }

    mutating func run(steps: Int) async throws {
        for _ in 0..<steps { try await step() }
    }

    private mutating func step() async throws {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<20: try await submit()
        case 20..<45: try await pull()
        case 45..<65: try await complete(leases.randomElement(using: &random))
        case 65..<70: try await fail()
        case 70..<75: try await act { try await $0.release($1) }
        case 75..<85: try await act { try await $0.renew($1) }
        case 85..<88: try await act { try await $0.report(TaskReport(step: 1), of: $1) }
        case 88..<98:
            fixture.advance(by: .milliseconds(Int.random(in: 0...9_000, using: &random)))
            await queue.sweep()
        default: queue = try await fixture.open()
        }
    }

    private mutating func submit() async throws {
        let isAgain = !submitted.isEmpty && Bool.random(using: &random)
        let id = isAgain ? submitted[Int.random(in: 0..<submitted.count, using: &random)] : "t\(submitted.count)"
        if !isAgain { submitted.append(id) }
        let priority = Int.random(in: 0..<3, using: &random)
        try await queue.submit(TaskSubmission(id: id, kind: "work", priority: priority))
    }

    private mutating func pull() async throws {
        let worker = "w\(Int.random(in: 0..<6, using: &random))"
        if let lease = try await queue.pull(worker) { leases.append(lease) }
    }

    private mutating func complete(_ lease: TaskLease?) async throws {
        guard let lease else { return }
        let result = Array("\(lease.attempt.number) \(leases.count)".utf8)
        let isFirst = accepted[lease.task] == nil
        guard try await queue.complete(lease.attempt, result: result) == .proceed else { return }
        if isFirst { accepted[lease.task] = result }
    }

    private mutating func fail() async throws {
        let isRetriable = Int.random(in: 0..<10, using: &random) > 0
        try await act { queue, attempt in
            try await queue.fail(attempt, Failure(.internal, "x", isRetriable: isRetriable), logTail: "")
        }
    }

    private mutating func act(_ body: (WorkQueue, TaskAttempt) async throws -> TaskDirective) async throws {
        guard let lease = leases.randomElement(using: &random) else { return }
        _ = try await body(queue, lease.attempt)
    }

    /// All old workers die; a reliable one does the rest.
    mutating func finish() async throws {
        for _ in 0..<3 {
            fixture.advance(by: .seconds(70))
            await queue.sweep()
        }
        while let lease = try await queue.pull("last") { try await complete(lease) }
    }

    func check() async throws {
        let tasks = try await queue.list()
        #expect(tasks.map(\.id) == submitted)
        let events = try await fixture.events.read(limit: .max)
        #expect(events.map(\.sequence) == (1...UInt64(events.count)).map { $0 })
        for id in submitted {
            let task = try await queue.task(id)
            #expect(task.state.isFinal)
            #expect((task.state == .succeeded) == (accepted[id] != nil))
            if let result = accepted[id] { #expect(task.result == result) }
            let own = events.filter { $0.subject == id }.map(\.kind)
            #expect(own.first == "task.submitted")
            #expect(own.count { $0 == "task.submitted" } == 1)
            #expect(own.count { $0 == "task.succeeded" } == (accepted[id] == nil ? 0 : 1))
            #expect(own.count { $0 == "task.leased" } == task.attempt)
            let ends = ["task.succeeded", "task.failed", "task.dead"]
            #expect(own.count { ends.contains($0) } == 1)
        }
        #expect(try await queue.statistics().tasks == Dictionary(grouping: tasks, by: \.state).mapValues(\.count))
    }
}
