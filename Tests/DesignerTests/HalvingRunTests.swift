import DesignerClient
import Model
import Search
import Testing
import TrainerClient

@testable import DesignerSearch
@testable import DesignerServer

@Suite struct HalvingRunTests {
    typealias Driver = SearchRunTests.Driver

    /// Whole trainings have 9 epochs; trials are compared after 1 and 3.
    static func scenario(trials: Int = 27, population: Int = 4, more: String = "") -> String {
        """
        scenario: digits
        modalities:
          image: {dataset: mnist}
          audio: {dataset: fsdd, noise: esc10}
        search: {population: \(population), trials: \(trials), seed: 7, halving: {first: 1, factor: 3}}
        training: {epochs: 9}
        final: {epochs: 12}
        \(more)
        """
    }

    static func searched(_ driver: Driver) -> [Trial] {
        driver.rows.trials.values.filter { !$0.purpose.isFinal }.sorted { $0.id.number < $1.id.number }
    }

    @Test func `the best trials continue from their checkpoints, and the others stay paused`() throws {
        var driver = try Driver(Self.scenario(), order: 1)
        try driver.run()
        let trials = Self.searched(driver)
        #expect(trials.count == 27)
        let reached = (1...3).map { rung in trials.count { $0.rungs.count >= rung } }
        #expect(reached[0] == 27 && (9...14).contains(reached[1]) && (3...6).contains(reached[2]))
        #expect(trials.allSatisfy { $0.state == ($0.rungs.count == 3 ? .succeeded : .paused) })
        #expect(trials.allSatisfy { $0.metrics["epochs"] == [1, 3, 9][$0.rungs.count - 1] })
        // The nine best ones were all promoted, and the best one to the end.
        let best = trials.sorted { ($0.objective ?? 0) > ($1.objective ?? 0) }
        #expect(best.prefix(9).allSatisfy { $0.rungs.count >= 2 })
        #expect(driver.rows.trials[27]?.origin == "final \(best[0].id.number)")
        let epochs = trials.reduce(0) { $0 + ($1.metrics["epochs"] ?? 0) }
        #expect(epochs < 27 * 9 / 2)
        #expect(driver.rows.notes.count { $0.kind == "trial.promoted" } == reached[1] + reached[2])
    }

    @Test func `a training order says where to pause and where to resume`() throws {
        var driver = try Driver(Self.scenario(), order: 1)
        try driver.run()
        let best = try #require(Self.searched(driver).first { $0.rungs.count == 3 }).id.number
        let first = try #require(driver.orders["s1/\(best)/train"])
        let second = try #require(driver.orders["s1/\(best)/train-2"])
        let third = try #require(driver.orders["s1/\(best)/train-3"])
        #expect([first, second, third].map(\.task.pauseAfter) == [1, 3, nil])
        #expect([first, second, third].map(\.task.epochs) == [9, 9, 9])
        #expect(first.task.checkpoint == nil)
        #expect(second.task.checkpoint == FakeWorld.digest("c\(best) after 1"))
        #expect(third.task.checkpoint == FakeWorld.digest("c\(best) after 3"))
        #expect(driver.orders.keys.filter { $0.contains("train-2") }.count < 15)
    }

    @Test(arguments: 2..<7, [1, 3, 100])
    func `the trace does not depend on the order in which trainings end`(order: UInt64, together: Int) throws {
        var reference = try Driver(Self.scenario(), order: 1)
        try reference.run()
        var other = try Driver(Self.scenario(), order: order)
        other.together = together
        try other.run()
        #expect(other.rows.trace == reference.rows.trace)
        #expect(Self.searched(other).map(\.rungs) == Self.searched(reference).map(\.rungs))
        #expect(other.rows.conclusion == reference.rows.conclusion)
    }

    @Test(arguments: 1..<6, [0.05, 0.4])
    func `a search that is lost at any moment resumes from its rows with the same trace`(
        order: UInt64, probability: Double
    ) throws {
        let fails = { (number: Int) in number % 5 == 3 ? Failure(.corrupt, "broken") : nil }
        var reference = try Driver(Self.scenario(), order: 1)
        reference.fails = fails
        try reference.run()
        var other = try Driver(Self.scenario(), order: order)
        other.fails = fails
        // A latency that is measured again differs.
        other.latency = { Double($0) + Double(order) }
        try other.run(crashing: probability)
        #expect(other.rows.trace == reference.rows.trace)
        #expect(Self.searched(other).map(\.rungs) == Self.searched(reference).map(\.rungs))
        #expect(other.rows.notes.count == reference.rows.notes.count)
    }

    @Test func `halving works in a space with fewer networks than trials`() throws {
        let few = Self.scenario(trials: 40).replacing(
            "seed: 7,", with: "seed: 7, structures: [LeNet3], widths: [1], optimizers: [sgd, adam],")
        var driver = try Driver(few, order: 3)
        try driver.run(crashing: 0.1)
        let trials = Self.searched(driver)
        #expect(trials.count == 8)
        #expect(trials.contains { $0.rungs.count == 2 })
        #expect(driver.rows.notes.contains { $0.kind == "scenario.exhausted" })
    }

    @Test func `a trial that fails after its promotion stays failed`() throws {
        var driver = try Driver(Self.scenario(), order: 1)
        try driver.run()
        let best = try #require(Self.searched(driver).first { $0.rungs.count == 3 }).id.number
        var search = try driver.restored()
        search.trials[best].state = .training
        search.trials[best].rungs.removeLast(2)
        search.trials = TrialList(search.trials.filter { !$0.purpose.isFinal })
        _ = try search.begin()
        let decision = try search.handle(.trained(number: best, .failure(Failure(.corrupt, "broken"))))
        #expect(decision.trials.first { $0.id.number == best }?.state == .failed)
    }
}
