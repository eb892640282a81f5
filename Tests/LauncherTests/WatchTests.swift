import Foundation
import Model
import Testing

@testable import gyrus

@Suite struct WatchTests {
    private func event(
        _ rank: Int, attempt: Int, of task: String = "s/4/train", kind: String = "task.progress"
    ) -> Event {
        var attributes = ["rank": "\(rank)", "attempt": "\(attempt)", "worker": "w\(rank)"]
        if kind == "task.progress" {
            attributes["step"] = "1"
            attributes["steps"] = "2"
            attributes["metric.samples-per-second"] = "\(100 + rank)"
        }
        return Event(
            sequence: 1, time: Date(), service: "trainer", kind: kind, subject: task, attributes: attributes)
    }

    /// The ranks of trial 4 that are shown after some events.
    private func ranks(after events: [Event]) -> [Int]? {
        let table = EpochTable()
        for event in events { table.take(event, of: "s") }
        return table.snapshot[4]?.workers.keys.sorted()
    }

    @Test func `a worker that a training went on without is not shown`() throws {
        let four = (0..<4).map { event($0, attempt: 1) }
        #expect(ranks(after: four) == [0, 1, 2, 3])
        let three = (0..<3).map { event($0, attempt: 2) }
        #expect(ranks(after: four + three) == [0, 1, 2])
        // One that takes an empty place begins a new attempt, and the others go on with theirs.
        #expect(ranks(after: four + [event(3, attempt: 2), event(0, attempt: 1)]) == [0, 1, 2, 3])
        let table = EpochTable()
        for event in four + three { table.take(event, of: "s") }
        let epoch = try #require(table.snapshot[4])
        #expect(epoch.pace.hasPrefix(", 100 + 101 + 102 samples/s"))
    }

    @Test func `a worker that left is not shown until another takes its place`() {
        let three = (0..<3).map { event($0, attempt: 1) }
        let left = event(1, attempt: 1, kind: "task.left")
        #expect(ranks(after: three + [left]) == [0, 2])
        #expect(ranks(after: three + [left, event(1, attempt: 2)]) == [0, 1, 2])
    }

    @Test func `a training that goes on after a pause has workers of its own`() {
        let before = (0..<3).map { event($0, attempt: 3) }
        let after = [1, 0].map { event($0, attempt: 1, of: "s/4/train-2") }
        #expect(ranks(after: before + after) == [0, 1])
    }
}
