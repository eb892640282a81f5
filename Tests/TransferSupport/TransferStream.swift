import Foundation
public import KnowledgeAttention
import KnowledgeClient
import Model

/// Methods for choosing the first model of a scenario, each with all outcomes of earlier scenarios.
public enum TransferChoice: String, CaseIterable, Sendable {
    /// Each model is equally likely.
    case random
    /// The model with the highest mean accuracy so far.
    case bestOnAverage = "best-on-average"
    /// The best model of the most similar scenario.
    case nearest = "nearest-scenario"
    /// The model whose features have the highest LogME on the scenario's samples.
    case score = "logme-alone"
    /// Attention, which has seen all outcomes of earlier scenarios, like the others.
    case attention
    /// Attention, which has only seen the four models that it would have tried in each earlier scenario.
    case attentionOfItsOwn = "attention-own-trials"
}

extension TransferStudy {
    /// Number of trials of a search whose outcomes are seen if not all are.
    private static let ownTrials = 4

    /// The regret of the first pick in each scenario, in an order.
    public func regrets(of choice: TransferChoice, order: [Int]) throws -> [Double] {
        var ranker = ModelRanker()
        var seen: [Int] = []
        return try order.map { scenario in
            defer { seen.append(scenario) }
            switch choice {
            case .random:
                return models.indices.reduce(0) { $0 + regret($1, in: scenario) } / Double(models.count)
            case .bestOnAverage:
                let sums = models.indices.map { model in seen.reduce(0) { $0 + scenarios[$1].accuracies[model] } }
                return regret(best(sums), in: scenario)
            case .nearest:
                let likeness = seen.map {
                    Similarity.between(scenarios[scenario].features, scenarios[$0].features)
                }
                guard !seen.isEmpty else { return regret(0, in: scenario) }
                return regret(best(scenarios[seen[best(likeness)]].accuracies), in: scenario)
            case .score:
                return regret(best(scenarios[scenario].scores.map { $0["logme"] ?? -.infinity }), in: scenario)
            case .attention, .attentionOfItsOwn:
                let ranked = try ranker.rank(
                    for: scenarios[scenario].features, space: "", candidates: candidates(for: scenario),
                    curiosity: choice == .attention ? .none : .usual)
                let places = ranked.compactMap { models.firstIndex(of: $0.model.key.genome) }
                let tried = choice == .attention ? Array(models.indices) : Array(places.prefix(Self.ownTrials))
                ranker.remember(try outcomes(scenario, of: tried))
                if let training = ranker.training() { ranker.take(try training.learn()) }
                return regret(places.first ?? 0, in: scenario)
            }
        }
    }

    /// The outcomes of some models in a scenario.
    public func outcomes(_ scenario: Int, of models: [Int]) throws -> ScenarioOutcomes {
        let candidates = try candidates(for: scenario)
        return ScenarioOutcomes(
            id: UInt64(scenario + 1), features: scenarios[scenario].features, space: ModelKey.pretrained,
            outcomes: models.map {
                .init(model: candidates[$0], objective: scenarios[scenario].accuracies[$0])
            })
    }

    private func best(_ values: [Double]) -> Int { values.indices.max { values[$0] < values[$1] } ?? 0 }
}
