import KnowledgeClient
import Model
import Testing
import Torch

@testable import KnowledgeAttention

/// Scenarios of two kinds that differ in one number; different models are good for each kind.
private struct World {
    var generator = SplitMix64(seed: 3)
    static let models = (0..<8).map {
        ModelCandidate(key: ModelKey(space: "zoo", genome: "m\($0)"), scores: [:])
    }

    func features(_ number: Int) -> ScenarioFeatures {
        ScenarioFeatures(
            task: "classification", datasets: ["image": "d\(number % 5)"],
            numbers: ["samples": Double(100 + number), number % 2 == 0 ? "dark" : "bright": 1])
    }

    /// Even scenarios prefer low models, odd ones high models.
    func objective(_ number: Int, _ model: Int) -> Double {
        number % 2 == 0 ? 1 - Double(model) / 10 : Double(model) / 10
    }

    func outcomes(_ number: Int, models: Range<Int> = 0..<8) -> ScenarioOutcomes {
        ScenarioOutcomes(
            id: UInt64(number), features: features(number), space: "zoo",
            outcomes: models.map { .init(model: Self.models[$0], objective: objective(number, $0)) })
    }
}

// Serialized: learning uses all cores, and parallel runs would keep the services of other tests from answering.
@Suite(.serialized) struct RankerTests {
    private let world = World()

    private func taught(_ scenarios: Range<Int>) throws -> ModelRanker {
        var ranker = ModelRanker()
        for number in scenarios {
            ranker.remember(world.outcomes(number))
            if let training = ranker.training() { ranker.take(try training.learn()) }
        }
        return ranker
    }

    @Test func `after some scenarios the right models come first in new ones`() throws {
        let ranker = try taught(0..<12)
        for number in 20..<26 {
            let first = try ranker.rank(for: world.features(number), space: "zoo").first
            #expect(first?.model.key.genome == (number % 2 == 0 ? "m0" : "m7"))
        }
    }

    @Test func `repeated outcomes change nothing`() throws {
        var ranker = try taught(0..<10)
        let before = try ranker.rank(for: world.features(21), space: "zoo")
        for _ in 0..<20 {
            ranker.remember(world.outcomes(3))
            #expect(ranker.training() == nil)
        }
        #expect(try ranker.rank(for: world.features(21), space: "zoo") == before)
    }

    @Test func `a repeatedly learned outcome does not displace the others`() throws {
        var ranker = try taught(0..<10)
        for round in 0..<8 {
            var outcomes = world.outcomes(4)
            outcomes.outcomes[0].objective += Double(round + 1) * 1e-6
            ranker.remember(outcomes)
            let training = try #require(ranker.training())
            ranker.take(try training.learn())
        }
        #expect(try ranker.rank(for: world.features(21), space: "zoo").first?.model.key.genome == "m7")
        #expect(try ranker.rank(for: world.features(22), space: "zoo").first?.model.key.genome == "m0")
    }

    @Test func `an unknown model is tried now and then, and its bad outcome is remembered`() throws {
        var ranker = ModelRanker()
        var trials: [Int] = []
        for number in 0..<30 {
            let features = world.features(2 * number)
            // Only the outcome of the picked model is seen, after two of the eight were tried at the beginning.
            let picked =
                number == 0 ? nil : try ranker.rank(for: features, space: "zoo", candidates: World.models).first
            let model = picked.flatMap { pick in World.models.firstIndex { $0.key == pick.model.key } }
            if let model { trials.append(model) }
            var outcomes = world.outcomes(2 * number, models: 0..<2)
            if let model, model > 1 {
                outcomes.outcomes.append(
                    .init(model: World.models[model], objective: world.objective(2 * number, model)))
            }
            ranker.remember(outcomes)
            if let training = ranker.training() { ranker.take(try training.learn()) }
        }
        #expect(trials.contains { $0 > 1 })
        #expect(trials.count { $0 == 0 } > trials.count / 2)
    }

    @Test func `scores on the scenario's data decide among unseen models`() throws {
        let candidates = (0..<4).map {
            ModelCandidate(key: ModelKey(space: ModelKey.pretrained, genome: "p\($0)"), scores: ["logme": Double($0)])
        }
        let ranked = try ModelRanker().rank(for: world.features(1), space: "", candidates: candidates)
        #expect(ranked.first?.model.key.genome == "p3")
    }

    @Test func `memory stays bounded and keeps the latest outcomes`() throws {
        var memory = OutcomeMemory()
        for number in 0..<(OutcomeMemory.scenarios + 50) {
            let isNew = memory.put(world.outcomes(number))
            #expect(isNew)
        }
        #expect(memory.groups.count == OutcomeMemory.scenarios)
        #expect(memory.groups.last?.id == UInt64(OutcomeMemory.scenarios + 49))
        #expect(memory.groups.allSatisfy { $0.similarities.count == OutcomeMemory.scenarios })
        #expect(memory.models.allSatisfy { $0.seen == OutcomeMemory.scenarios })
    }

    @Test func `stored weights give the same ranking`() throws {
        let ranker = try taught(0..<6)
        var restored = ModelRanker(weights: ranker.weights)
        for number in 0..<6 { restored.remember(world.outcomes(number), isLearned: true) }
        #expect(restored.training() == nil)
        let expected = try ranker.rank(for: world.features(9), space: "zoo")
        #expect(try restored.rank(for: world.features(9), space: "zoo") == expected)
        var useless = ModelRanker(weights: [1, 2, 3])
        #expect(useless.weights == nil)
        useless.remember(world.outcomes(1))
        #expect(useless.training() != nil)
    }
}
