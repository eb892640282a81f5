import Model
import Testing

@testable import Search

@Suite struct SuccessiveHalvingTests {
    /// The accuracy of a trial with a budget: better trials are better at every budget.
    static func measure(_ training: SuccessiveHalving.Training) -> TrialOutcome {
        var generator = SeededGenerator(seed: 3, stream: UInt64(training.trial))
        let quality = Double(generator.below(1_000))
        return .objective(quality + 10 * Double(training.budget))
    }

    static func run(
        _ settings: SuccessiveHalving.Settings, workers: Int, order: UInt64,
        measure: (SuccessiveHalving.Training) -> TrialOutcome = Self.measure
    ) throws -> SuccessiveHalving {
        var halving = SuccessiveHalving(settings)
        var running: [SuccessiveHalving.Training] = []
        var generator = SeededGenerator(seed: order)
        while true {
            if running.count < workers, case .training(let training) = halving.ask() {
                running.append(training)
            } else if running.isEmpty {
                #expect(halving.ask() == .finished)
                return halving
            } else {
                let training = running.remove(at: generator.below(running.count))
                try halving.tell(training.number, measure(training))
            }
        }
    }

    @Test func `with 27 trials and a reduction of 3 the best nine, three and one continue`() throws {
        let halving = try Self.run(try .init(budgets: [1, 3, 9, 27], trials: 27), workers: 1, order: 0)
        let best = (0..<27).sorted { first, second in
            let outcomes = [first, second].map { trial in
                Self.measure(.init(number: 0, trial: trial, rung: 0, budget: 1)).objective ?? 0
            }
            return outcomes[0] > outcomes[1]
        }
        let counts = (0..<4).map { rung in halving.trainings.count { $0.rung == rung } }
        // Early promotions happen before all results are known, so a few more than the best continue.
        #expect(counts[0] == 27 && counts[1] >= 9 && counts[2] >= 3 && counts[3] >= 1)
        #expect(counts[1] <= 14 && counts[2] <= 6 && counts[3] <= 3)
        #expect(halving.objective(of: best[0])?.rung == 3)
        for trial in best.prefix(9) { #expect((halving.objective(of: trial)?.rung ?? 0) >= 1) }
    }

    @Test func `with several objectives the most accurate trial continues, whatever its cost`() throws {
        let settings = try SuccessiveHalving.Settings(budgets: [1, 3, 9], trials: 27, lag: 4)
        let quality = { (trial: Int) in Double(trial * 11 % 27) }
        let halving = try Self.run(settings, workers: 4, order: 2) { training in
            // The better a trial is, the more it costs.
            .objectives([quality(training.trial), -quality(training.trial)])
        }
        let best = try #require((0..<27).max { quality($0) < quality($1) })
        #expect(halving.objective(of: best)?.rung == 2)
        let cheapest = try #require((0..<27).min { quality($0) < quality($1) })
        #expect(halving.objective(of: cheapest)?.rung == 0)
    }

    @Test func `a trial moves from rung to rung, each time from where it was paused`() throws {
        let settings = try SuccessiveHalving.Settings(budgets: [2, 4, 8], reduction: 2, trials: 40, lag: 4)
        let halving = try Self.run(settings, workers: 4, order: 7)
        for trial in 0..<40 {
            let trainings = halving.trainings.filter { $0.trial == trial }
            #expect(trainings.map(\.rung) == Array(0..<trainings.count))
            #expect(trainings.map(\.budget) == Array([2, 4, 8].prefix(trainings.count)))
        }
    }

    @Test(arguments: [1, 2, 4, 8], [1, 5] as [UInt64])
    func `promotions are the same for any number of workers`(workers: Int, order: UInt64) throws {
        let settings = try SuccessiveHalving.Settings(budgets: [1, 3, 9], trials: 30, lag: 8)
        let reference = try Self.run(settings, workers: 1, order: 0)
        #expect(try Self.run(settings, workers: workers, order: order) == reference)
    }

    @Test func `it needs a third of the epochs and loses almost nothing`() throws {
        let halving = try Self.run(try .init(budgets: [1, 3, 9], trials: 81), workers: 1, order: 0)
        let epochs = halving.trainings.reduce(0) { sum, training in
            sum + training.budget - (training.rung == 0 ? 0 : [1, 3, 9][training.rung - 1])
        }
        #expect(epochs < 81 * 9 / 3)
        let finished = (0..<81).compactMap { trial in halving.objective(of: trial).flatMap { $0.rung == 2 ? $0 : nil } }
        let best = (0..<81).compactMap { Self.measure(.init(number: 0, trial: $0, rung: 2, budget: 9)).objective }.max()
        #expect(finished.map(\.objective).max() == best)
    }

    @Test func `failed trials are never promoted`() throws {
        let halving = try Self.run(try .init(budgets: [1, 3], trials: 12), workers: 1, order: 0) { training in
            training.trial.isMultiple(of: 2) ? .failed : Self.measure(training)
        }
        #expect(halving.trainings.contains { $0.rung == 1 })
        #expect(halving.trainings.allSatisfy { $0.rung == 0 || !$0.trial.isMultiple(of: 2) })
        let none = try Self.run(try .init(budgets: [1, 3], trials: 12), workers: 1, order: 0) { _ in .failed }
        #expect(none.trainings.count == 12)
    }

    @Test func `wrong settings and unknown trainings are refused`() throws {
        #expect(throws: Failure.self) { try SuccessiveHalving.Settings(budgets: [], trials: 3) }
        #expect(throws: Failure.self) { try SuccessiveHalving.Settings(budgets: [3, 3], trials: 3) }
        #expect(throws: Failure.self) { try SuccessiveHalving.Settings(budgets: [1], reduction: 1, trials: 3) }
        var halving = SuccessiveHalving(try .init(budgets: [1, 3], trials: 3))
        #expect(throws: Failure.self) { try halving.tell(0, .failed) }
        _ = halving.ask()
        try halving.tell(0, .objective(1))
        try halving.tell(0, .objective(1))
        #expect(throws: Failure.self) { try halving.tell(0, .objective(2)) }
    }
}
