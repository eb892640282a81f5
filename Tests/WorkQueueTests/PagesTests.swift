import Model
import Testing
import WorkQueueClient
import WorkQueueServer

@Suite(.timeLimit(.minutes(10)))
struct PagesTests {
    @Test(arguments: [10, 16_000])
    func `tasks with full log tails are listed page by page`(messageBytes: Int) async throws {
        try await QueueService.with { _, client in
            let tail = String(repeating: "t", count: QueueSettings().largestLogTail)
            let message = String(repeating: "m", count: messageBytes)
            for number in 0..<100 {
                try await client.submit(TaskSubmission(id: "t\(number)", kind: "work"))
                let lease = try #require(try await client.pull(worker: "w", kinds: ["work"], waiting: .zero))
                _ = try await client.fail(lease.attempt, Failure(.invalidArgument, message), logTail: tail)
            }
            var listed: [QueuedTask] = []
            while true {
                let page = try await client.list(after: listed.last?.id ?? "")
                if page.isEmpty { break }
                listed += page
            }
            #expect(listed.map(\.id) == (0..<100).map { "t\($0)" })
            #expect(listed.allSatisfy { $0.failure?.message == message && $0.logTail.isEmpty })
            #expect(try await client.task("t7").logTail == tail)
        }
    }
}
