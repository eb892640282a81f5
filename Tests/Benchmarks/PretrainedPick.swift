import Foundation
import KnowledgeAttention
import KnowledgeClient
import Model

/// Ways of choosing what to try first on a set, each with the outcomes of all other sets.
enum PretrainedPick: String, CaseIterable {
    case attention
    case bestOnAverage = "best on average"
    case logme = "LogME alone"
    case hScore = "H-score alone"
    case random

    /// Shortfall of the first pick on a set, in points of accuracy, on each fold.
    /// - Parameters:
    ///   - place: The set that is left out.
    ///   - hidden: A candidate whose outcomes on the other sets are left out, too.
    func regrets(on place: Int, of study: PretrainedStudy, hiding hidden: String? = nil) throws -> [Double] {
        let row = study.rows[place]
        guard self != .random else {
            let all = row.candidates.map { row.regrets(of: $0) }
            return (all.first ?? []).indices.map { fold in all.reduce(0) { $0 + $1[fold] } / Double(all.count) }
        }
        return try pick(on: place, of: study, hiding: hidden).map { row.regrets(of: $0) } ?? []
    }

    /// The first pick on a set; nil for a random one.
    func pick(on place: Int, of study: PretrainedStudy, hiding hidden: String?) throws -> PretrainedStudy.Candidate? {
        let row = study.rows[place]
        let others = study.rows.enumerated().filter { $0.offset != place }.map { other in
            (other.offset, other.element, other.element.candidates.filter { $0.name != hidden })
        }
        switch self {
        case .random: return nil
        case .logme, .hScore:
            let name = self == .logme ? "logme" : "h-score"
            // Structures with fresh weights share a score; the first one of them counts.
            return Self.best(row.candidates) { $0.scores[name] ?? -.infinity }
        case .bestOnAverage:
            return Self.best(row.candidates) { candidate in
                let standings = others.compactMap { _, _, known in Self.standing(candidate.name, among: known) }
                return standings.isEmpty ? -.infinity : standings.reduce(0, +) / Double(standings.count)
            }
        case .attention:
            var ranker = ModelRanker()
            for (index, other, known) in others {
                ranker.remember(
                    ScenarioOutcomes(
                        id: UInt64(index + 1), features: other.features, space: ModelKey.pretrained,
                        outcomes: try known.map { .init(model: try $0.model, objective: $0.accuracy) }))
                if let training = ranker.training() { ranker.take(try training.learn()) }
            }
            let ranked = try ranker.rank(
                for: row.features, space: ModelKey.pretrained, candidates: row.candidates.map { try $0.model })
            let first = ranked.max { ($0.weight, $1.model.key.genome) < ($1.weight, $0.model.key.genome) }
            return try row.candidates.first { try $0.model.key == first?.model.key }
        }
    }

    private static func best(
        _ candidates: [PretrainedStudy.Candidate], by value: (PretrainedStudy.Candidate) -> Double
    ) -> PretrainedStudy.Candidate? {
        var best: (candidate: PretrainedStudy.Candidate, value: Double)?
        for candidate in candidates {
            let value = value(candidate)
            if best.map({ value > $0.value }) ?? true { best = (candidate, value) }
        }
        return best?.candidate
    }

    /// Standard deviations from the mean of the candidates of a set; nil if it is not among them.
    private static func standing(_ name: String, among candidates: [PretrainedStudy.Candidate]) -> Double? {
        guard let candidate = candidates.first(where: { $0.name == name }) else { return nil }
        let values = candidates.map(\.accuracy)
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return variance > 0 ? (candidate.accuracy - mean) / variance.squareRoot() : 0
    }
}
