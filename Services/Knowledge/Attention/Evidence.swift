import Foundation
import KnowledgeClient
import Model

/// The evidence for a model in a scenario, before anything is learned.
enum Evidence: Int, CaseIterable {
    /// Its standing in the most similar scenarios.
    case near
    /// Its standing in all similar scenarios.
    case similar
    /// Its standing in all scenarios.
    case everywhere
    /// Whether it was never seen.
    case unseen
    /// LogME of its features on the scenario's data, relative to the other models.
    case logme
    /// H-score of its features on the scenario's data, relative to the other models.
    case hScore
    /// Share of the scenario's datasets that it was trained on.
    case sameData

    /// Weight of each kind before learning; measurements on the scenario's own data count most.
    static let prior: [Float] = allCases.map {
        switch $0 {
        case .near: 1
        case .similar: 1
        case .everywhere: 0.5
        case .unseen: 0
        case .logme: 3
        case .hScore: 1.5
        case .sameData: 0.5
        }
    }

    /// Name of the score that it compares; nil if it compares none.
    var score: String? {
        switch self {
        case .logme: "logme"
        case .hScore: "h-score"
        default: nil
        }
    }

    /// How fast the weight of scenarios falls as they become less similar than the most similar one.
    private static let nearness = 0.03, wideness = 0.25
    /// Weight of the prior that all models are equally good.
    private static let doubt = 0.5

    /// The evidence for each model, in order.
    /// - Parameters:
    ///   - similarities: Similarity of the scenario to each group.
    ///   - omitted: Group to exclude, because it is the one being learned from.
    static func values(
        for models: [ModelCandidate], places: [Int?], datasets: Set<String>, similarities: [Float],
        in memory: OutcomeMemory, omitting omitted: Int? = nil
    ) -> [Float] {
        let standing = standings(similarities, in: memory, omitting: omitted)
        var values = [Float](repeating: 0, count: models.count * allCases.count)
        for (row, place) in places.enumerated() {
            let start = row * allCases.count
            if let place, standing.counts[place] > 0 {
                values[start + near.rawValue] = Float(standing.near[place] / (standing.nearWeights[place] + doubt))
                values[start + similar.rawValue] = Float(
                    standing.wide[place] / (standing.wideWeights[place] + doubt))
                values[start + everywhere.rawValue] = Float(standing.sums[place] / (standing.counts[place] + doubt))
            } else {
                values[start + unseen.rawValue] = 1
            }
            let shared = datasets.intersection(models[row].trainedOn).count
            values[start + sameData.rawValue] = Float(shared) / Float(max(1, datasets.count))
        }
        for evidence in allCases {
            guard let name = evidence.score else { continue }
            for (row, value) in compared(models.map { $0.scores[name] }).enumerated() {
                values[row * allCases.count + evidence.rawValue] = value
            }
        }
        return values
    }

    /// Sums over groups for each model that was seen.
    private struct Standings {
        var near, nearWeights, wide, wideWeights, sums, counts: [Double]

        init(_ count: Int) {
            near = Array(repeating: 0, count: count)
            (nearWeights, wide, wideWeights, sums, counts) = (near, near, near, near, near)
        }
    }

    private static func standings(
        _ similarities: [Float], in memory: OutcomeMemory, omitting omitted: Int?
    ) -> Standings {
        var result = Standings(memory.models.count)
        let highest = similarities.indices.lazy.filter { $0 != omitted }.map { Double(similarities[$0]) }.max() ?? 0
        for (index, group) in memory.groups.enumerated() where index != omitted && similarities[index] > 0 {
            let gap = Double(similarities[index]) - highest
            let nearWeight = exp(gap / nearness), wideWeight = exp(gap / wideness)
            for (model, standing) in zip(group.models, group.standings) {
                result.near[model] += nearWeight * standing
                result.nearWeights[model] += nearWeight
                result.wide[model] += wideWeight * standing
                result.wideWeights[model] += wideWeight
                result.sums[model] += standing
                result.counts[model] += 1
            }
        }
        return result
    }

    /// Standardized scores: standard deviations from the mean; 0 without a score.
    static func compared(_ scores: [Double?]) -> [Float] {
        let known = scores.compactMap { $0 }.filter(\.isFinite)
        let mean = known.reduce(0, +) / Double(max(1, known.count))
        let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, known.count))
        guard variance > 1e-18 else { return scores.map { _ in 0 } }
        return scores.map { score in
            guard let score, score.isFinite else { return 0 }
            return Float(max(-2, min(2, (score - mean) / variance.squareRoot())))
        }
    }
}
