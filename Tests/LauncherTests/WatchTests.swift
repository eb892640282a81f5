import DesignerClient
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

    @Test func `a worker that a training has continued without is not shown`() throws {
        let four = (0..<4).map { event($0, attempt: 1) }
        #expect(ranks(after: four) == [0, 1, 2, 3])
        let three = (0..<3).map { event($0, attempt: 2) }
        #expect(ranks(after: four + three) == [0, 1, 2])
        // One that fills an empty rank begins a new attempt, and the others continue theirs.
        #expect(ranks(after: four + [event(3, attempt: 2), event(0, attempt: 1)]) == [0, 1, 2, 3])
        let table = EpochTable()
        for event in four + three { table.take(event, of: "s") }
        let epoch = try #require(table.snapshot[4])
        #expect(epoch.pace.hasPrefix(", 100 + 101 + 102 samples/s"))
    }

    @Test func `a worker that has left is not shown until another takes its place`() {
        let three = (0..<3).map { event($0, attempt: 1) }
        let left = event(1, attempt: 1, kind: "task.left")
        #expect(ranks(after: three + [left]) == [0, 2])
        #expect(ranks(after: three + [left, event(1, attempt: 2)]) == [0, 1, 2])
    }

    @Test func `a training that resumes after a pause has its own workers`() {
        let before = (0..<3).map { event($0, attempt: 3) }
        let after = [1, 0].map { event($0, attempt: 1, of: "s/4/train-2") }
        #expect(ranks(after: before + after) == [0, 1])
    }
}

@Suite struct RemainingTimeTests {
    private static let begin = Date(timeIntervalSince1970: 1_800_000_000)

    private func status(trials: Int, state: ScenarioState = .running) throws -> ScenarioStatus {
        ScenarioStatus(
            id: try ScenarioID("s1"), name: "s", state: state, trials: trials, endedTrials: 0, best: nil, failure: nil,
            published: Self.begin, ended: nil, model: nil, text: "", facts: ScenarioFacts(try scenario()))
    }

    private func trial(_ number: Int, seconds: Double?, purpose: TrialPurpose = .candidate) throws -> Trial {
        Trial(
            id: TrialID(scenario: try ScenarioID("s1"), number: number), state: seconds == nil ? .training : .succeeded,
            genome: "1", purpose: purpose, origin: "random", networkName: "n", code: "c", objective: 0.5,
            metrics: seconds.map { ["seconds": $0] } ?? [:])
    }

    /// Trials of one epoch, finals of four, on the same samples.
    private func scenario() throws -> Scenario {
        let data = try DatasetRecipe(
            modalities: ["image": .init(dataset: "synthetic-digits")],
            counts: .init(training: 200, validation: 60, test: 60), seed: 5)
        return Scenario(
            name: "s", data: .known(data), training: .init(epochs: 1), final: .init(epochs: 4), finalists: 1)
    }

    private func remaining(_ trials: [Trial], _ epochs: [Int: Epoch] = [:], of count: Int, after seconds: Double) throws
        -> Double?
    {
        RemainingTime(
            try status(trials: count), trials, epochs, at: Self.begin.addingTimeInterval(seconds))?
            .seconds
    }

    @Test func `future trials and the final training are both counted`() throws {
        #expect(try remaining([], of: 10, after: 30) == nil)
        // Two of four trials took 20 s, one at a time; two more and a final training of four epochs remain.
        let two = [try trial(0, seconds: 10), try trial(1, seconds: 10)]
        #expect(try remaining(two, of: 4, after: 20) == 20 + 40)
        // Two at a time: the trials take half the time, and the final training takes as long as before.
        #expect(try remaining(two, of: 4, after: 10) == 10 + 40)
    }

    @Test func `only the rest of a final training counts, and no trials`() throws {
        let trials = [
            try trial(0, seconds: 10), try trial(1, seconds: 10), try trial(2, seconds: nil, purpose: .final(of: 0)),
        ]
        let quarter = [2: Epoch(step: 1, steps: 4, metrics: [:])]
        #expect(try remaining(trials, quarter, of: 9, after: 50) == 30)
        let done = trials.dropLast() + [try trial(2, seconds: 40, purpose: .final(of: 0))]
        #expect(try remaining(Array(done), of: 9, after: 90) == nil)
    }
}
