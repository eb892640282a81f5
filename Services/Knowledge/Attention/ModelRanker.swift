import Foundation
public import KnowledgeClient
import Model
import Torch

/// Ranks models for scenarios by attention, and learns from what came of them.
///
/// ```swift
/// var ranker = ModelRanker()
/// ranker.remember(outcomes)
/// if let lesson = ranker.lesson() { ranker.take(try lesson.learn()) }
/// let first = try ranker.rank(for: features, space: space).first
/// ```
/// Its time and memory are bounded: it remembers 256 kinds of scenarios with 64 outcomes each, and a lesson has 80 steps.
public struct ModelRanker: Sendable {
    /// How much is added to a model's score for what is not known.
    public struct Curiosity: Sendable {
        /// For each standard deviation by which the members differ.
        public var deviation: Double
        /// For √(ln(1 + scenarios) ∕ (1 + scenarios in which it was seen)): the seldom tried get their turn, more so the
        /// longer they were passed over.
        public var novelty: Double

        /// Says how curious a ranking is.
        public init(deviation: Double, novelty: Double) {
            self.deviation = deviation
            self.novelty = novelty
        }

        /// So much that an unknown model is tried now and then.
        public static let usual = Curiosity(deviation: 0.3, novelty: 1.5)
        /// How far behind the first a model can be at most, so that whatever is seldom tried gets its turn some day.
        static let reach = 2.0
        /// Nothing but what is known counts.
        public static let none = Curiosity(deviation: 0, novelty: 0)
    }

    /// Widths of the attention; weights of others are of no use.
    static let plan = Attention.Plan(
        scenarioWidth: FeatureEncoding.scenarioWidth, modelWidth: FeatureEncoding.modelWidth, prior: Evidence.prior)
    /// Says which weights fit.
    public static let version =
        "\(FeatureEncoding.version), \(plan.members)×\(plan.heads)×\(plan.headWidth), "
        + "\(Evidence.allCases.count) kinds of evidence"

    private var memory = OutcomeMemory()
    /// Groups whose outcomes are new since the last lesson.
    private var fresh: Set<UInt64> = []
    private var lessons: UInt64 = 0
    /// The attention's weights; nil until something was learned.
    public private(set) var weights: [Float]?

    /// Begins with nothing, or with weights that were learned before; those of another version are left.
    public init(weights: [Float]? = nil) {
        if let weights, weights.count == Self.weightCount { self.weights = weights }
    }

    private static var weightCount: Int {
        let columns = plan.members * plan.heads
        return columns * (plan.headWidth * (plan.scenarioWidth + plan.modelWidth) + plan.prior.count)
    }

    /// Kinds of scenarios that it remembers.
    public var scenarios: Int { memory.groups.count }

    /// Takes the outcomes of a kind of scenario; what repeats what is known changes nothing.
    /// - Parameter isLearned: Whether the weights know them already.
    public mutating func remember(_ outcomes: ScenarioOutcomes, isLearned: Bool = false) {
        if memory.put(outcomes), !isLearned { fresh.insert(outcomes.id) }
    }

    // MARK: - Ranking

    /// Models in the order in which they should be tried.
    /// - Parameters:
    ///   - candidates: The models to choose from; where empty, those that were seen in the space.
    public func rank(
        for features: ScenarioFeatures, space: String, candidates: [ModelCandidate] = [],
        curiosity: Curiosity = .usual
    ) throws -> [RankedModel] {
        let similarities = memory.groups.map { Float(Similarity.between(features, $0.features)) }
        let candidates = candidates.isEmpty ? known(in: space, similarities) : candidates
        guard !candidates.isEmpty else { return [] }
        let places = candidates.map { memory.place(of: $0.key) }
        let list = Attention.List(
            scenario: FeatureEncoding.scenario(features),
            models: zip(candidates, places).flatMap { candidate, place in
                place.map { memory.models[$0].encoding } ?? FeatureEncoding.model(candidate)
            },
            evidence: Evidence.values(
                for: candidates, places: places, datasets: Set(features.datasets.values), similarities: similarities,
                in: memory))
        let attention = try Self.attention(weights)
        let seen = seen(similarities)
        let ranked = try RankedModel.all(
            of: candidates, attention: attention.attend(to: list), curiosity: curiosity, scenarios: scenarios
        ) { index in places[index].map { (memory.models[$0].seen, Double(seen[$0])) } ?? (0, 0) }
        return ranked.sorted { ($0.score, $1.model.key.genome) > ($1.score, $0.model.key.genome) }
    }

    /// Models of a space that were seen in scenarios that are at all like this one.
    private func known(in space: String, _ similarities: [Float]) -> [ModelCandidate] {
        let seen = seen(similarities)
        return memory.models.indices.filter {
            seen[$0] > 0 && (space.isEmpty || memory.models[$0].candidate.key.space == space)
        }.map { memory.models[$0].candidate }
    }

    /// For each model how alike the most similar scenario is in which it was seen.
    private func seen(_ similarities: [Float]) -> [Float] {
        var highest = [Float](repeating: 0, count: memory.models.count)
        for (group, similarity) in zip(memory.groups, similarities) {
            for model in group.models { highest[model] = max(highest[model], similarity) }
        }
        return highest
    }

    static func attention(_ weights: [Float]?) throws -> Attention {
        let attention = try Attention(plan)
        if let weights { attention.weights = weights }
        return attention
    }

    // MARK: - Learning

    /// The lesson that is due; nil if nothing is new or one scenario alone is known, which teaches no comparison.
    public func lesson() -> Lesson? {
        guard !fresh.isEmpty else { return nil }
        let isTelling = memory.groups.indices.filter { index in memory.groups[index].standings.contains { $0 != 0 } }
        let order =
            isTelling.filter { fresh.contains(memory.groups[$0].id) }
            + isTelling.filter { !fresh.contains(memory.groups[$0].id) }
        let lists = order.map(list)
        guard !lists.isEmpty else { return nil }
        return Lesson(
            lists: lists, fresh: order.count { fresh.contains(memory.groups[$0].id) }, weights: weights,
            seed: lessons, groups: fresh)
    }

    /// Takes what was learned.
    public mutating func take(_ outcome: Lesson.Outcome) {
        weights = outcome.weights
        lessons += 1
        fresh.subtract(outcome.groups)
    }

    /// A scenario of the memory as a list to learn from. Its own outcomes are no evidence for themselves.
    private func list(of index: Int) -> Attention.List {
        let group = memory.groups[index]
        let candidates = zip(group.models, group.scores).map { model, scores in
            ModelCandidate(
                key: memory.models[model].candidate.key, code: memory.models[model].candidate.code, scores: scores)
        }
        return Attention.List(
            scenario: group.encoding, models: group.models.flatMap { memory.models[$0].encoding },
            evidence: Evidence.values(
                for: candidates, places: group.models, datasets: Set(group.features.datasets.values),
                similarities: group.similarities, in: memory, omitting: index),
            targets: Self.targets(group.standings), key: group.id)
    }

    /// How sharply attention should fall with a model's standing.
    private static let temperature = 0.3

    private static func targets(_ standings: [Double]) -> [Float] {
        let highest = standings.max() ?? 0
        let shares = standings.map { exp(($0 - highest) / temperature) }
        let sum = shares.reduce(0, +)
        return shares.map { Float($0 / sum) }
    }
}

extension RankedModel {
    /// What the members and heads of an attention say of the candidates.
    fileprivate static func all(
        of candidates: [ModelCandidate], attention: [[[Float]]], curiosity: ModelRanker.Curiosity, scenarios: Int,
        seen: (Int) -> (count: Int, similarity: Double)
    ) -> [RankedModel] {
        let ranked = candidates.indices.map { index in
            let members = attention.map { heads in mean(heads.map { Double($0[index]) }) }
            let heads = (attention.first ?? []).indices.map { head in mean(attention.map { Double($0[head][index]) }) }
            let logs = members.map { log(max($0, 1e-12)) }
            let center = mean(logs)
            let deviation = mean(logs.map { ($0 - center) * ($0 - center) }).squareRoot()
            let (count, similarity) = seen(index)
            return RankedModel(
                model: candidates[index], weight: mean(members), heads: heads, deviation: deviation, outcomes: count,
                similarity: similarity, score: center + curiosity.deviation * deviation)
        }
        guard curiosity.novelty > 0 else { return ranked }
        let lowest = (ranked.map(\.score).max() ?? 0) - ModelRanker.Curiosity.reach
        return ranked.map { model in
            var model = model
            let novelty = (log(1 + Double(scenarios)) / Double(1 + model.outcomes)).squareRoot()
            // The order of those that are far behind stays.
            model.score = max(model.score, lowest + 1e-3 * (model.score - lowest)) + curiosity.novelty * novelty
            return model
        }
    }

    private static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(max(1, values.count))
    }
}
