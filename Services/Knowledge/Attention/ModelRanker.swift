import Foundation
public import KnowledgeClient
import Model
import Torch

/// Ranks models for scenarios by attention, and learns from their outcomes.
///
/// ```swift
/// var ranker = ModelRanker()
/// ranker.remember(outcomes)
/// if let training = ranker.training() { ranker.take(try training.learn()) }
/// let first = try ranker.rank(for: features, space: space).first
/// ```
/// Its time and memory are bounded: it remembers 256 kinds of scenarios with 64 outcomes each, and each learning run
/// has 80 steps.
public struct ModelRanker: Sendable {
    /// The exploration bonus added to a model's score for uncertainty.
    public struct Curiosity: Sendable {
        /// Bonus for each standard deviation by which the ensemble members differ.
        public var deviation: Double
        /// Bonus for √(ln(1 + scenarios) ∕ (1 + scenarios in which it was seen)), so that rarely tried models get their
        /// turn, sooner the longer they were skipped.
        public var novelty: Double

        /// Makes a setting.
        public init(deviation: Double, novelty: Double) {
            self.deviation = deviation
            self.novelty = novelty
        }

        /// Enough to try an unknown model now and then.
        public static let usual = Curiosity(deviation: 0.3, novelty: 1.5)
        /// Maximum distance of a model behind the first, so that whatever is rarely tried gets its turn eventually.
        static let reach = 2.0
        /// No exploration.
        public static let none = Curiosity(deviation: 0, novelty: 0)
    }

    /// Widths of the attention; weights of other widths cannot be used.
    static let plan = Attention.Plan(
        scenarioWidth: FeatureEncoding.scenarioWidth, modelWidth: FeatureEncoding.modelWidth, prior: Evidence.prior)
    /// Identifies the weights that fit.
    public static let version =
        "\(FeatureEncoding.version), \(plan.members)×\(plan.heads)×\(plan.headWidth), "
        + "\(Evidence.allCases.count) kinds of evidence"

    private var memory = OutcomeMemory()
    /// Groups with new outcomes since the last learning run.
    private var fresh: Set<UInt64> = []
    private var trainings: UInt64 = 0
    /// The attention's weights; nil until something was learned.
    public private(set) var weights: [Float]?

    /// Starts without weights, or with earlier ones; ignores those of another version.
    public init(weights: [Float]? = nil) {
        if let weights, weights.count == Self.weightCount { self.weights = weights }
    }

    private static var weightCount: Int {
        let columns = plan.members * plan.heads
        return columns * (plan.headWidth * (plan.scenarioWidth + plan.modelWidth) + plan.prior.count)
    }

    /// Number of remembered kinds of scenarios.
    public var scenarios: Int { memory.groups.count }

    /// Records the outcomes of a kind of scenario; repeating known ones changes nothing.
    /// - Parameter isLearned: Whether the weights already reflect them.
    public mutating func remember(_ outcomes: ScenarioOutcomes, isLearned: Bool = false) {
        if memory.put(outcomes), !isLearned { fresh.insert(outcomes.id) }
    }

    // MARK: - Ranking

    /// Models in the order in which to try them.
    /// - Parameters:
    ///   - candidates: The models to choose from; if empty, those that were seen in the space.
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

    /// Models of a space that were seen in scenarios with any similarity to this one.
    private func known(in space: String, _ similarities: [Float]) -> [ModelCandidate] {
        let seen = seen(similarities)
        return memory.models.indices.filter {
            seen[$0] > 0 && (space.isEmpty || memory.models[$0].candidate.key.space == space)
        }.map { memory.models[$0].candidate }
    }

    /// For each model, the similarity of the most similar scenario in which it was seen.
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

    /// The next learning run; nil if nothing is new or only one scenario is known, which allows no comparison.
    public func training() -> RankerTraining? {
        guard !fresh.isEmpty else { return nil }
        let isTelling = memory.groups.indices.filter { index in memory.groups[index].standings.contains { $0 != 0 } }
        let order =
            isTelling.filter { fresh.contains(memory.groups[$0].id) }
            + isTelling.filter { !fresh.contains(memory.groups[$0].id) }
        let lists = order.map(list)
        guard !lists.isEmpty else { return nil }
        return RankerTraining(
            lists: lists, fresh: order.count { fresh.contains(memory.groups[$0].id) }, weights: weights,
            seed: trainings, groups: fresh)
    }

    /// Applies the result of a learning run.
    public mutating func take(_ outcome: RankerTraining.Outcome) {
        weights = outcome.weights
        trainings += 1
        fresh.subtract(outcome.groups)
    }

    /// A remembered scenario as a list to learn from. Its own outcomes are excluded from its evidence.
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
    /// The output of the attention's members and heads for the candidates.
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
            // The order of models far behind is kept.
            model.score = max(model.score, lowest + 1e-3 * (model.score - lowest)) + curiosity.novelty * novelty
            return model
        }
    }

    private static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(max(1, values.count))
    }
}
