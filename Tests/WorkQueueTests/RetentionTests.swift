import GRDB
import Model
import ServiceClient
import ServiceKit
import Storage
import Testing
import WorkQueueClient

@testable import WorkQueueServer

/// Tasks that ended long ago.
@Suite(.timeLimit(.minutes(10))) struct TaskRetentionTests {
    @Test func `ended tasks are removed by age and number, active ones stay, and counts follow`() async throws {
        let fixture = try QueueFixture()
        let queue = try await fixture.open()
        try await queue.submit("a", "b", "c", "waiting", "running")
        for _ in 0..<3 {
            let lease = try #require(try await queue.pull("w"))
            _ = try await queue.complete(lease.attempt, result: [1])
            fixture.advance(by: .seconds(100))
        }
        try await queue.submit(TaskSubmission(id: "gang", kind: "together", workers: 2))
        _ = try await queue.cancel(id: "gang")
        _ = try #require(try await queue.pull("w"))
        let ended: Set<TaskState> = [.succeeded, .failed, .cancelled]
        #expect(try await queue.removeEnded(beyond: .init(age: .seconds(1_000)), in: ended) == 0)
        #expect(try await queue.removeEnded(beyond: .init(age: .seconds(250)), in: ended) == 1)
        #expect(try await queue.statistics().tasks == [.queued: 1, .leased: 1, .succeeded: 2, .cancelled: 1])
        #expect(try await queue.removeEnded(beyond: .init(count: 1), in: ended) == 2)
        #expect(try await queue.removeEnded(beyond: .init(count: 0), in: ended) == 1)
        #expect(try await queue.statistics().tasks == [.queued: 1, .leased: 1])
        let rows = try await fixture.database.read { db in
            try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM tasks")
        }
        #expect(rows == 2)
    }

    @Test func `dead tasks are kept longer than others`() async throws {
        let fixture = try QueueFixture()
        let queue = try await fixture.open()
        try await queue.submit(TaskSubmission(id: "bad", kind: "work", maximumAttempts: 1))
        let lease = try #require(try await queue.pull("w"))
        _ = try await queue.fail(lease.attempt, Failure(.internal, "crashed", isRetriable: true), logTail: "")
        #expect(try await queue.statistics().tasks == [.dead: 1])
        #expect(try await queue.removeEnded(beyond: .init(count: 0), in: [.succeeded, .failed, .cancelled]) == 0)
        #expect(try await queue.removeEnded(beyond: .init(count: 0), in: [.dead]) == 1)
        #expect(try await queue.statistics().tasks.isEmpty)
    }

    @Test func `waiting tasks are counted by kind, with the age of the oldest`() async throws {
        let fixture = try QueueFixture()
        let queue = try await fixture.open()
        try await queue.submit("a", "b")
        fixture.advance(by: .seconds(30))
        try await queue.submit("c")
        _ = try #require(try await queue.pull("w"))
        fixture.advance(by: .seconds(5))
        let samples = try await queue.metrics()
        func value(_ name: String) -> [Double] { samples.filter { $0.metric.name == name }.map(\.value) }
        #expect(value("gyrus_queue_waiting_tasks") == [2])
        #expect(value("gyrus_queue_leases") == [1])
        #expect(value("gyrus_queue_oldest_waiting_seconds") == [35])
        #expect(value("gyrus_queue_workers") == [1, 0])
    }
}
