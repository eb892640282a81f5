import Model
import ServiceClient
import Testing
import WorkQueueClient

@testable import ConsoleServer

@Suite struct OverviewTests {
    private func statistics(waiting: Int, workers: [String]) -> QueueStatistics {
        QueueStatistics(
            tasks: waiting > 0 ? [.queued: waiting] : [:],
            workers: workers.map { .init(name: $0, task: nil, silence: .milliseconds(5)) },
            demand: .init(usable: waiting, needed: 1))
    }

    @Test func `tasks without workers are reported with advice`() throws {
        let shortage = try #require(OverviewPage.shortage(.trainer, statistics(waiting: 2, workers: [])))
        #expect(shortage["what"] as? String == "2 tasks are waiting, but there is no trainer worker")
        #expect(shortage["command"] as? String == "gyrus scale trainer-worker=1")
        #expect(OverviewPage.shortage(.trainer, statistics(waiting: 2, workers: ["w-0001"])) == nil)
        #expect(OverviewPage.shortage(.trainer, statistics(waiting: 0, workers: [])) == nil)
        #expect(OverviewPage.shortage(.designer, statistics(waiting: 2, workers: [])) == nil)
    }

    @Test func `a process with several tasks is one row`() {
        let workers = [("vm-7-aaaa", "t2"), ("vm-7-bbbb", nil), ("vm-7-cccc", "t1"), ("vm-8-dddd", nil)].map {
            QueueStatistics.Worker(name: $0.0, task: $0.1, silence: .zero)
        }
        let rows = OverviewPage.rows(workers, of: .designer)
        #expect(rows.map { $0["name"] as? String } == ["vm-7 (3 at a time)", "vm-8-dddd"])
        #expect(rows.map { $0["task"] as? String } == ["t1, t2", ""])
        #expect(rows.map { $0["isBusy"] as? Bool } == [true, false])
    }
}
