import DesignerClient
import Model
import Networks
import Search
import Testing
import TrainerClient

@testable import DesignerSearch

@Suite struct EnsembleRunTests {
    private typealias Driver = SearchRunTests.Driver

    private static func text(_ final: String) -> String {
        scenarioText().replacing("final: {epochs: 5}", with: "final: {epochs: 5, \(final)}")
    }

    @Test(arguments: 1..<5, [0, 0.3])
    func `finalists are trained in folds, and the mean of their answers is the result`(
        order: UInt64, crashing: Double
    ) throws {
        var driver = try Driver(Self.text("candidates: 2, folds: 5"), order: order)
        driver.bonus = { $0 < 24 ? 0 : Double($0 - 24) / 1_000 }
        try driver.run(crashing: crashing)
        let trials = driver.rows.trials
        #expect(trials.count == 30)
        let folds = try (24..<29).map { try #require(trials[$0]) }
        let sources = folds.compactMap(\.purpose.source)
        #expect(folds.map(\.purpose.fold) == [0, 1, 2, 3, 4])
        #expect(sources[0] == sources[2] && sources[1] == sources[3] && sources[0] != sources[1])
        for trial in folds {
            let task = try #require(driver.orders["s1/\(trial.id.number)/train"]).task
            #expect(try task.fold == Fold(#require(trial.purpose.fold), of: 5))
            #expect(task.epochs == 5 && task.initialWeights.isEmpty)
        }
        let ensemble = try #require(trials[29])
        #expect(ensemble.purpose == .ensemble && ensemble.parents == Array(24..<29))
        let task = try #require(driver.orders["s1/29/train"]).task
        #expect(task.epochs == 0 && task.fold == nil)
        #expect(task.initialWeights.map(\.prefix) == (0..<5).map { NetworkDescription.prefix(ofMember: $0) })
        #expect(task.initialWeights.map(\.blob) == folds.compactMap { $0.network?.weights })
        #expect(try task.network.parameterCount == Int(#require(ensemble.metrics["parameters"])))
        // Samples that all members learned from say nothing about their quality.
        let values = folds.compactMap { $0.metrics["validation-accuracy"] }
        #expect(ensemble.metrics["validation-accuracy"] == values.reduce(0, +) / 5)
        #expect(driver.rows.conclusion == .succeeded(model: "s1/29"))
        // Networks of single folds are not models.
        let models = driver.rows.deliveries.compactMap { if case .model(let model) = $0 { model.id } else { nil } }
        #expect(models == ["s1/29"])
    }

    @Test func `an ensemble of finalists is the result only if it validates best`() throws {
        for (bonus, winner) in [(0.01, "s1/26"), (-0.5, "s1/24")] {
            var driver = try Driver(Self.text("candidates: 2, ensemble: true"), order: 1)
            driver.bonus = { $0 == 26 ? bonus : 0 }
            try driver.run()
            #expect(driver.rows.trials[26]?.parents == [24, 25])
            #expect(driver.rows.conclusion == .succeeded(model: winner))
        }
    }

    @Test func `an ensemble is the result if it validates within a standard error of the best network`() throws {
        for (error, winner) in [(0.6, "s1/26"), (0.01, "s1/24")] {
            var driver = try Driver(Self.text("candidates: 2, ensemble: true"), order: 1)
            driver.bonus = { $0 == 26 ? -0.5 : 0 }
            driver.extra = { $0 == 26 ? ["validation-accuracy-error": error] : [:] }
            try driver.run()
            #expect(driver.rows.conclusion == .succeeded(model: winner))
        }
    }

    @Test(arguments: 1..<5, [0, 0.3])
    func `validation chooses how many of the best networks answer together`(order: UInt64, crashing: Double) throws {
        for winner in [28, 29, 30] {
            var driver = try Driver(Self.text("candidates: 4, ensemble: true"), order: order)
            // Trials 24 to 27 are the finalists; the two best are 25 and 27, and the third is 24.
            let finals = [24: 3.0, 25: 5, 26: 2, 27: 4]
            driver.bonus = { finals[$0] ?? ($0 == winner ? 9 : $0 > 27 ? -9 : 0) }
            try driver.run(crashing: crashing)
            let trials = driver.rows.trials
            #expect(trials.count == 31)
            #expect((28...30).map { trials[$0]?.parents } == [[24, 25, 26, 27], [24, 25, 27], [25, 27]])
            #expect(driver.rows.conclusion == .succeeded(model: "s1/\(winner)"))
        }
    }

    @Test func `members of an ensemble are of different families if these are among the best`() throws {
        var changes = 0
        for seed in 1..<9 {
            let text = scenarioText().replacing("seed: 7", with: "seed: \(seed)")
            func families(_ final: String) throws -> [[String]] {
                var driver = try Driver(
                    text.replacing("final: {epochs: 5}", with: "final: {epochs: 5, \(final)}"), order: 1)
                try driver.run()
                let finals = driver.rows.trials.values.filter { $0.purpose.source != nil }
                return finals.sorted { $0.id.number < $1.id.number }.map { trial in
                    // As 'audio: LeNet5×0.5 sgd; image: LeNet3×1 adam'.
                    trial.networkName.split(separator: "; ").map { part in
                        String(part.drop { $0 != " " }.dropFirst().prefix { $0.isLetter })
                    }
                }
            }
            let alone = try families("candidates: 2")
            let team = try families("candidates: 2, ensemble: true")
            #expect(team.count == 2 && team[0] == alone[0])
            // Members that already differ stay.
            if alone[0] != alone[1] { #expect(team == alone) }
            if alone[0] == alone[1], team[0] != team[1] { changes += 1 }
        }
        #expect(changes > 0)
    }

    @Test func `networks that are too large together do not form an ensemble`() throws {
        var together: Set<Bool> = []
        for seed in 1..<7 {
            let text = Self.text("candidates: 2, ensemble: true").replacing("seed: 7", with: "seed: \(seed)")
            var free = try Driver(text, order: 1)
            try free.run()
            let sizes = free.rows.trials.values.filter { $0.purpose != .ensemble }.compactMap {
                $0.metrics["parameters"]
            }
            let limit = try #require(sizes.max())
            var driver = try Driver(text + "\nobjective: {limits: {parameters: \(Int(limit))}}", order: 1)
            try driver.run()
            let trials = driver.rows.trials.values
            let sum = trials.filter { $0.purpose.source != nil }.compactMap { $0.metrics["parameters"] }.reduce(0, +)
            let isTogether = trials.contains { $0.purpose == .ensemble }
            #expect(isTogether == (sum <= limit))
            together.insert(isTogether)
        }
        #expect(together.contains(false))
    }

    @Test func `a fold that fails is left out`() throws {
        var driver = try Driver(Self.text("folds: 3"), order: 1)
        driver.fails = { $0 == 25 ? Failure(.corrupt, "broken") : nil }
        try driver.run()
        #expect(driver.rows.trials[27]?.parents == [24, 26])
        #expect(driver.rows.conclusion == .succeeded(model: "s1/27"))
    }

    @Test(arguments: [
        ("folds: 1", "folds"), ("folds: 5, ensemble: false", "ensemble"), ("folds: 3, workers: 2", "folds"),
    ])
    func `impossible folds are refused`(final: String, field: String) throws {
        #expect { try ScenarioFile(Self.text(final)) } throws: { "\($0)".contains("final.\(field)") }
    }
}
