import Model
import Storage
import Testing
import WorkQueueClient

@testable import WorkQueueServer

/// Matching tasks with workers that have what they need.
@Suite(.timeLimit(.minutes(10)))
struct NeedsTests {
    private static let small = ComputeOffer(device: .cuda(0), model: "A2", memory: 15 << 30)
    private static let large = ComputeOffer(device: .cuda(1), model: "H200", memory: 139 << 30, precision: .bf16)
    private static let processor = ComputeOffer(device: .cpu, memory: 64 << 30)

    private let fixture: QueueFixture
    private let queue: WorkQueue

    init() async throws {
        fixture = try QueueFixture()
        queue = try await fixture.open()
    }

    private func submit(_ id: String, _ needs: ComputeNeeds, workers: Int = 1, priority: Int = 0) async throws {
        try await queue.submit(
            TaskSubmission(id: id, kind: "work", priority: priority, workers: workers, needs: needs))
    }

    private func pull(_ worker: String, _ offer: ComputeOffer) async throws -> String? {
        try await queue.pull(worker: worker, kinds: ["work"], offer: offer, waiting: .zero)?.task
    }

    @Test func `a task goes to the first worker that has what it needs`() async throws {
        try await submit("much", ComputeNeeds(device: .gpu, memory: 20_000_000_000), priority: 2)
        try await submit("gpu", ComputeNeeds(device: .gpu), priority: 1)
        try await submit("cpu", ComputeNeeds(device: .cpu))
        #expect(try await pull("processor", Self.processor) == "cpu")
        #expect(try await pull("small", Self.small) == "gpu")
        #expect(try await pull("large", Self.large) == "much")
    }

    @Test func `a worker without an offer gets only tasks that need at most a processor`() async throws {
        try await submit("gpu", ComputeNeeds(device: .gpu))
        try await submit("memory", ComputeNeeds(memory: 1))
        try await submit("cpu", ComputeNeeds(device: .cpu))
        #expect(try await pull("silent", ComputeOffer()) == "cpu")
        #expect(try await pull("other", ComputeOffer()) == nil)
    }

    @Test func `a worker waits for its turn, but not for a task that it cannot do`() async throws {
        try await submit("gpu", ComputeNeeds(device: .gpu))
        let queue = queue
        async let lease = queue.pull(
            worker: "processor", kinds: ["work"], offer: Self.processor, waiting: .seconds(30))
        while try await fixture.count("worker.joined", "processor") == 0 { await Task.yield() }
        try await submit("any", .none)
        #expect(try await lease?.task == "any")
    }

    @Test func `a task that no worker can do is reported once`() async throws {
        try await submit("gpu", ComputeNeeds(device: .gpu, memory: 20_000_000_000))
        _ = try await pull("small", Self.small)
        #expect(try await fixture.count("task.waiting", "gpu") == 0)
        fixture.advance(by: fixture.settings.gangPatience)
        for _ in 0..<2 { _ = try await pull("small", Self.small) }
        #expect(try await fixture.count("task.waiting", "gpu") == 1)
        let event = try #require(try await fixture.events.read(limit: .max).last { $0.kind == "task.waiting" })
        #expect(event.attributes["device"] == "gpu" && event.attributes["memory"] == "19 GiB")
        #expect(try await pull("large", Self.large) == "gpu")
    }

    @Test func `a task for several workers takes only those that have what it needs`() async throws {
        try await submit("gang", ComputeNeeds(device: .gpu), workers: 2)
        let queue = queue
        async let idle = queue.pull(worker: "p", kinds: ["work"], offer: Self.processor, waiting: .seconds(30))
        while try await fixture.count("worker.joined", "p") == 0 { await Task.yield() }
        #expect(try await pull("a", Self.small) == nil, "a processor is no second GPU")
        async let first = queue.pull(worker: "a", kinds: ["work"], offer: Self.small, waiting: .seconds(30))
        async let second = queue.pull(worker: "b", kinds: ["work"], offer: Self.large, waiting: .seconds(30))
        let leased = [try await first?.task, try await second?.task].compactMap { $0 }
        #expect(leased.sorted() == ["gang", "gang#1"])
        try await queue.submit(TaskSubmission(id: "rest", kind: "work"))
        #expect(try await idle?.task == "rest")
    }

    @Test func `workers report what they have, and changes while they work`() async throws {
        try await submit("gpu", ComputeNeeds(device: .gpu))
        let lease = try #require(
            try await queue.pull(worker: "a", kinds: ["work"], offer: Self.large, waiting: .zero))
        #expect(try await queue.statistics().workers.map(\.offer) == [Self.large])
        var busy = Self.large
        (busy.usedMemory, busy.utilization) = (12 << 30, 0.83)
        #expect(try await queue.renew(lease.attempt, offer: busy) == .proceed)
        #expect(
            try await queue.statistics().workers.map(\.offer.text) == [
                "cuda:1 H200 bf16, 12 GiB of 139 GiB, 83 % busy"
            ])
    }

    @Test func `a notice of a worker is an event`() async throws {
        try await queue.submit("a")
        let lease = try #require(try await queue.pull("w"))
        _ = try await queue.report(TaskReport(notice: "memory was full"), of: lease.attempt)
        let event = try #require(try await fixture.events.read(limit: .max).last)
        #expect(event.kind == "task.progress" && event.attributes["notice"] == "memory was full")
    }
}
