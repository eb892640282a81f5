import DesignerClient
import EvaluatorClient
import Model
import Search
import Testing
import TrainerClient

@testable import DesignerSearch
@testable import DesignerServer

extension SearchRun {
    mutating func handle(_ event: SearchEvent) throws -> SearchDecision { try handle([event]) }
}

@Suite struct SearchRunTests {
    /// What a database would hold of one search.
    struct Rows {
        var isPrepared = false
        var seeds: [Genome]?
        var trials: [Int: Trial] = [:]
        var conclusion: SearchDecision.Conclusion?
        var notes: [SearchDecision.Note] = []
        var deliveries: [SearchDecision.Delivery] = []

        mutating func apply(_ decision: SearchDecision) {
            isPrepared = isPrepared || decision.isPrepared
            seeds = decision.seeds ?? seeds
            for trial in decision.trials { trials[trial.id.number] = trial }
            conclusion = decision.conclusion ?? conclusion
            notes += decision.notes
            deliveries += decision.deliveries
        }

        /// Everything that determines the search: genomes, origins, outcomes.
        var trace: [String] {
            trials.sorted { $0.key < $1.key }.map { number, trial in
                "\(number) \(trial.genome) \(trial.origin) \(trial.state) \(trial.objective ?? -1)"
            }
        }
    }

    /// Drives a search without a clock: several steps are open at a time, and random ones of them are done next.
    struct Driver {
        var rows = Rows()
        var open: [SearchDecision.Step] = []
        var generator: SeededGenerator
        let plan: ScenarioPlan
        var fails: (Int) -> Failure? = { _ in nil }
        var known: [Genome] = []
        /// Maximum number of steps that are done before the search learns of them.
        var together = 1
        /// Added to a trial's validation accuracy.
        var bonus: (Int) -> Double = { _ in 0 }
        /// More metrics of a trial's training.
        var extra: (Int) -> [String: Double] = { _ in [:] }
        /// What the evaluation of a trial's network measures, in milliseconds.
        var latency: (Int) -> Double = { _ in 3 }
        /// What trainings report.
        var metric = "accuracy"
        /// Seconds since the start, as reported to the search.
        var elapsed: Double?
        /// Which features were computed.
        var done: [String] = []
        /// The training orders that were carried out.
        var orders: [String: Order<TrainingTask>] = [:]

        init(_ text: String, order: UInt64) throws {
            generator = SeededGenerator(seed: order)
            plan = ScenarioPlan(
                id: try ScenarioID("s1"), generation: 0, file: try ScenarioFile(text), text: text)
        }

        func restored() throws -> SearchRun {
            try SearchRun(
                plan: plan, isPrepared: rows.isPrepared, seeds: rows.seeds,
                trials: rows.trials.sorted { $0.key < $1.key }.map(\.value))
        }

        /// Runs to the end; before each step, the search is lost with a given probability and resumed from its rows.
        mutating func run(crashing probability: Double = 0) throws {
            var search = try restored()
            try take(search.begin())
            while rows.conclusion == nil {
                if generator.chance(probability) {
                    search = try restored()
                    open = []
                    try take(search.begin())
                    continue
                }
                guard !open.isEmpty else {
                    Issue.record("nothing left to do, and no conclusion")
                    return
                }
                let count = min(open.count, 1 + generator.below(together))
                let steps = (0..<count).map { _ in nextStep() }
                for case .extract(_, let modality) in steps { done.append("extract \(modality)") }
                for case .train(let order, _) in steps { orders[order.id] = order }
                if let elapsed { search.note(elapsed: elapsed) }
                try take(search.handle(steps.map(event)))
            }
        }

        /// One of the open steps; time passes only when nothing else is left to do.
        private mutating func nextStep() -> SearchDecision.Step {
            let busy = open.indices.filter { if case .wait = open[$0] { false } else { true } }
            return open.remove(at: busy.isEmpty ? 0 : busy[generator.below(busy.count)])
        }

        private mutating func take(_ decision: SearchDecision) throws {
            rows.apply(decision)
            open += decision.steps
        }

        func event(of step: SearchDecision.Step) -> SearchEvent {
            switch step {
            case .prepare: return .prepared(.success(()))
            case .requestSeeds(let limit): return .found(.init(genomes: Array(known.prefix(limit))))
            case .extract(let order, let modality):
                let features = FakeWorld.digest("features \(order.task.weights)")
                return .extracted(
                    modality: modality,
                    .success(.init(features: features.hexadecimal, blob: features, metrics: [:])))
            case .train(let order, let number):
                if let failure = fails(number) { return .trained(number: number, .failure(failure)) }
                let result = TrainingResult(
                    script: FakeWorld.digest("s\(number)"), weights: FakeWorld.digest("w\(number)"),
                    metrics: extra(number).merging([
                        "validation-\(metric)": FakeWorld.accuracy(of: order.genome) + bonus(number)
                    ]) { $1 },
                    checkpoint: order.task.pauseAfter.map { FakeWorld.digest("c\(number) after \($0)") })
                return .trained(number: number, .success(result))
            case .evaluate(let order, let number):
                var score = FakeWorld.score(
                    FakeWorld.accuracy(of: order.genome) - 0.01, on: order.task.split)
                score.latencyMilliseconds = latency(number)
                return .evaluated(number: number, .success(score))
            case .register(let model): return .registered(model: model.id, .success(()))
            case .track, .registerTracker: preconditionFailure("a search for a network asks for no tracks")
            case .startReplicas, .awaitProposals: preconditionFailure("these searches have no replicas")
            case .wait: return .timeUp
            }
        }
    }

    @Test func `a search ends by training its winner with the final budget`() throws {
        var driver = try Driver(scenarioText(), order: 1)
        try driver.run()
        let trials = driver.rows.trials
        #expect(trials.count == 25)
        #expect(trials.values.allSatisfy { $0.state == .succeeded })
        let best = try #require((0..<24).compactMap { trials[$0] }.max { ($0.objective ?? 0) < ($1.objective ?? 0) })
        let last = try #require(trials[24])
        #expect(last.origin == "final \(best.id.number)")
        #expect(last.genome == best.genome)
        #expect(driver.rows.conclusion == .succeeded(model: "s1/24"))
        let result = try #require(driver.rows.notes.last)
        #expect(result.kind == "scenario.result")
        #expect(result.attributes["code"] == last.code)
        #expect(try ArtificialCode(last.code).accuracy != nil)
        // The finalist is a model, and each trial of the search an observation.
        #expect(driver.rows.deliveries.count == 25)
    }

    @Test func `final trainings get the time that trials have left`() throws {
        func epochs(elapsed: Double?) throws -> Int {
            let text = scenarioText().replacing("search: {", with: "search: {budget: 100s, ")
                .replacing("final: {epochs: 5}", with: "final: {epochs: 1000}")
            var driver = try Driver(text, order: 1)
            driver.elapsed = elapsed
            driver.extra = { _ in [TrainingCost.seconds: 0.5] }
            try driver.run()
            let final = try #require(driver.orders.values.max { $0.task.epochs < $1.task.epochs })
            let row = try #require(driver.rows.trials.values.first { $0.purpose.isFinal })
            #expect(row.metrics["epochs"] == Double(final.task.epochs))
            return final.task.epochs
        }
        // Without a measurement, trials have taken 60 of 100 seconds.
        let usual = try epochs(elapsed: nil)
        #expect(usual > 1)
        #expect(abs(try epochs(elapsed: 20) - 2 * usual) <= 1)
        // Trials that ran past their share leave less, but never nothing.
        #expect(abs(try epochs(elapsed: 99) - usual / 2) <= 1)
    }

    @Test(arguments: 2..<6, [1, 3, 100])
    func `the trace depends neither on the order of trials nor on their parallelism`(
        order: UInt64, together: Int
    ) throws {
        var reference = try Driver(scenarioText(), order: 1)
        try reference.run()
        var other = try Driver(scenarioText(), order: order)
        other.together = together
        try other.run()
        #expect(other.rows.trace == reference.rows.trace)
        #expect(other.rows.conclusion == reference.rows.conclusion)
        #expect(Set(other.rows.deliveries) == Set(reference.rows.deliveries))
    }

    @Test(arguments: 1..<5, [0.05, 0.4])
    func `a search that is lost at any moment resumes from its rows with the same trace`(
        order: UInt64, probability: Double
    ) throws {
        let fails = { (number: Int) in number % 5 == 3 ? Failure(.corrupt, "broken") : nil }
        var reference = try Driver(scenarioText(), order: 1)
        reference.fails = fails
        try reference.run()
        var other = try Driver(scenarioText(), order: order)
        other.fails = fails
        try other.run(crashing: probability)
        #expect(other.rows.trace == reference.rows.trace)
        #expect(other.rows.conclusion == reference.rows.conclusion)
        // Nothing is reported twice.
        #expect(other.rows.notes.sorted { "\($0)" < "\($1)" } == reference.rows.notes.sorted { "\($0)" < "\($1)" })
        #expect(other.rows.deliveries.count == reference.rows.deliveries.count)
    }

    @Test func `failed trials count as worst and the search continues`() throws {
        var driver = try Driver(scenarioText(), order: 1)
        driver.fails = { $0 % 2 == 0 && $0 < 24 ? Failure(.corrupt, "broken") : nil }
        try driver.run()
        #expect(driver.rows.trials.values.count { $0.state == .failed } == 12)
        #expect(driver.rows.conclusion == .succeeded(model: "s1/24"))
        #expect(driver.rows.notes.count { $0.kind == "trial.failed" } == 12)
    }

    @Test func `if the whole first population fails, the scenario fails with the first reason`() throws {
        var driver = try Driver(scenarioText(), order: 1)
        driver.fails = { Failure(.corrupt, "broken \($0)") }
        try driver.run()
        guard case .failed(let failure) = driver.rows.conclusion else {
            Issue.record("it did not fail")
            return
        }
        #expect(failure.message == "The first 6 trials all failed. First failure: broken 0")
        #expect(driver.rows.trials.count < 12)
    }

    @Test func `if the final training fails, the winner's trial is the result`() throws {
        var driver = try Driver(scenarioText(), order: 1)
        driver.fails = { $0 == 24 ? Failure(.corrupt, "broken") : nil }
        try driver.run()
        let winner = try #require(driver.rows.trials[24]).origin.dropFirst("final ".count)
        #expect(driver.rows.conclusion == .succeeded(model: "s1/\(winner)"))
        #expect(driver.rows.notes.last?.attributes["code"] == driver.rows.trials[Int(winner) ?? -1]?.code)
    }

    @Test func `only finalists are scored on the test split, and a winner that is not one in the end`() throws {
        var driver = try Driver(scenarioText(), order: 1)
        try driver.run(crashing: 0.2)
        let scored = driver.rows.trials.values.filter { $0.metrics["test-accuracy"] != nil }
        #expect(scored.map(\.id.number) == [24])
        #expect(scored.first?.metrics["test-accuracy-error"] == 0.01)
        // Now the final training fails, and a trial of the search has won.
        driver = try Driver(scenarioText(), order: 1)
        driver.fails = { $0 == 24 ? Failure(.corrupt, "broken") : nil }
        try driver.run(crashing: 0.2)
        let winner = try #require(driver.rows.trials.values.first { $0.metrics["test-accuracy"] != nil })
        #expect(driver.rows.trials.values.count { $0.metrics["test-accuracy"] != nil } == 1)
        #expect(driver.rows.conclusion == .succeeded(model: winner.id.description))
        #expect(winner.state == .succeeded && winner.objective != nil)
    }

    @Test func `research may look at the test split in every trial`() throws {
        let text = scenarioText().replacing("search: {", with: "search: {score-test: true, ")
        var driver = try Driver(text, order: 1)
        try driver.run()
        #expect(driver.rows.trials.values.allSatisfy { $0.metrics["test-accuracy"] != nil })
    }

    @Test func `a metric that is minimized makes the smallest the best`() throws {
        var driver = try Driver(scenarioText(more: "objective: {minimize: log-loss}"), order: 1)
        driver.metric = "log-loss"
        try driver.run(crashing: 0.2)
        let trials = (0..<24).compactMap { driver.rows.trials[$0] }
        #expect(trials.allSatisfy { $0.objective.map { $0 < 0 } == true })
        let best = try #require(trials.compactMap { $0.metrics["validation-log-loss"] }.min())
        let finalist = try #require(driver.rows.trials[24]).origin
        let winner = try #require(trials.first { $0.metrics["validation-log-loss"] == best })
        #expect(finalist == "final \(winner.id.number)")
    }

    @Test func `the finalist that validates best is the result`() throws {
        var driver = try Driver(scenarioText().replacing("epochs: 5", with: "epochs: 5, candidates: 3"), order: 1)
        driver.bonus = { $0 == 25 ? 0.3 : 0 }
        try driver.run(crashing: 0.2)
        let trials = driver.rows.trials
        let best = (0..<24).compactMap { trials[$0] }.sorted { ($0.objective ?? 0) > ($1.objective ?? 0) }
        #expect((24..<27).map { trials[$0]?.origin } == best.prefix(3).map { "final \($0.id.number)" })
        #expect(driver.rows.conclusion == .succeeded(model: "s1/25"))
    }

    @Test func `a trial that validates better than its final training is the result`() throws {
        var driver = try Driver(scenarioText(), order: 1)
        driver.bonus = { $0 == 24 ? -0.3 : 0 }
        try driver.run()
        let best = try #require(driver.rows.trials[24]).origin.dropFirst("final ".count)
        #expect(driver.rows.conclusion == .succeeded(model: "s1/\(best)"))
    }

    @Test func `a training without a metric fails`() throws {
        let driver = try Driver(scenarioText(), order: 1)
        var search = try driver.restored()
        _ = try search.begin()
        _ = try search.handle(.prepared(.success(())))
        _ = try search.handle(.found(.init()))
        let digest = FakeWorld.digest("")
        let result = TrainingResult(script: digest, weights: digest, metrics: ["validation-accuracy": .nan])
        let decision = try search.handle(.trained(number: 0, .success(result)))
        #expect(decision.trials.first?.state == .failed)
    }

    @Test(arguments: [Double.nan, -0.1, 1.1])
    func `an evaluation without an accuracy fails`(accuracy: Double) throws {
        let driver = try Driver(scenarioText(), order: 1)
        var search = try driver.restored()
        _ = try search.begin()
        _ = try search.handle(.prepared(.success(())))
        _ = try search.handle(.found(.init()))
        let digest = FakeWorld.digest("")
        let result = TrainingResult(script: digest, weights: digest, metrics: ["validation-accuracy": 0.5])
        _ = try search.handle(.trained(number: 0, .success(result)))
        let decision = try search.handle(.evaluated(number: 0, .success(FakeWorld.score(accuracy))))
        #expect(decision.trials.first?.state == .failed)
    }

    @Test func `a dataset that cannot be prepared fails the scenario with the reason`() throws {
        let driver = try Driver(scenarioText(), order: 1)
        var search = try driver.restored()
        let decision = try search.handle(.prepared(.failure(Failure(.notFound, "fsdd is not there"))))
        #expect(
            decision.conclusion
                == .failed(Failure(.notFound, "The dataset could not be prepared: fsdd is not there")))
        #expect(decision.steps.isEmpty)
    }

    @Test func `known genomes make at most half of the first population`() throws {
        var driver = try Driver(scenarioText(), order: 1)
        driver.known = try (1...4).map { try Genome("\($0).1.1-0.0.0") }
        try driver.run()
        let isKnown = (0..<6).map { driver.rows.trials[$0]?.origin == "knowledge" }
        #expect(isKnown == [true, true, true, false, false, false])
    }

    @Test func `a space smaller than the number of trials is searched exhaustively`() throws {
        let text = scenarioText(trials: 40).replacing(
            "seed: 7", with: "seed: 7, optimizers: [sgd, adam]"
        ).replacing("[LeNet3, MediumNet]", with: "[LeNet3]").replacing("[0.5, 1]", with: "[1]")
        var driver = try Driver(text, order: 3)
        try driver.run(crashing: 0.2)
        #expect(driver.rows.trials.count == 9)
        #expect(driver.rows.notes.contains { $0.kind == "scenario.exhausted" })
        #expect(driver.rows.conclusion == .succeeded(model: "s1/8"))
    }

    @Test func `trials after a resumption have their own tasks`() throws {
        let text = scenarioText()
        let plan = ScenarioPlan(id: try ScenarioID("s1"), generation: 2, file: try ScenarioFile(text), text: text)
        var search = try SearchRun(plan: plan, isPrepared: true, seeds: [], trials: [])
        let orders = try search.begin().steps.compactMap { step in
            if case .train(let order, _) = step { order } else { nil }
        }
        #expect(orders.map(\.id) == (0..<6).map { "s1.2/\($0)/train" })
        #expect(Set(orders.map(\.group)) == ["s1.2"])
    }
}
