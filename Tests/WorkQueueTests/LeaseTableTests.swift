import Testing
import WorkQueueClient

@testable import WorkQueueServer

struct LeaseTableTests {
    private let first = TaskAttempt(task: "a", number: 1, worker: "w1")
    private let second = TaskAttempt(task: "a", number: 2, worker: "w2")

    @Test func `silence ends a lease`() {
        var table = LeaseTable(silence: .seconds(10))
        table.grant(first, at: .zero)
        #expect(table.nextDeadline == .seconds(10))
        #expect(table.overdue(at: .seconds(9.9)).isEmpty)
        #expect(table.overdue(at: .seconds(10)) == [first])
    }

    @Test func `only the attempt that has the lease renews it`() {
        var table = LeaseTable(silence: .seconds(10))
        table.grant(second, at: .zero)
        let renewed = [first, second].map { table.renew($0, at: .seconds(5)) }
        #expect(renewed == [false, true])
        #expect(table.nextDeadline == .seconds(15))
    }

    @Test func `late reports of an old attempt do not affect a new one`() {
        var table = LeaseTable(silence: .seconds(10))
        table.grant(second, at: .zero)
        table.grant(first, at: .zero)
        table.end(task: "a", attempt: 1)
        #expect(table.attempts == [second])
        table.end(task: "a", attempt: 2)
        #expect(table.attempts.isEmpty)
        #expect(table.nextDeadline == nil)
    }
}
