import DesignerClient
import Model
import Presentation

/// The structures that a scenario's search chooses from, and the networks of earlier searches, in the order of attention.
enum AttentionTable {
    /// Maximum number of networks listed.
    static let most = 8

    /// Template values of the structures: searched ones first, greatest attention first. Pretrained models are among the
    /// ranked ones only.
    static func structures(_ explained: ScenarioExplanation) -> [String: Any] {
        typealias Row = (modality: String, structure: String, isSearched: Bool, weight: Double?, reason: String)
        let ranked = explained.ranking.map { Row($0.modality, $0.name, true, $0.weight, $0.reason) }
        let others = explained.structures
            .filter { structure in
                !ranked.contains { $0.modality == structure.modality && $0.structure == structure.name }
            }
            .map { Row($0.modality, $0.name, $0.isSearched, nil, $0.reason) }
        // Sorting is stable, so the order of attention stays.
        let rows = (ranked + others).sorted {
            ($0.modality, $0.isSearched ? 0 : 1) < ($1.modality, $1.isSearched ? 0 : 1)
        }
        return [
            "isEmpty": rows.isEmpty,
            "rows": rows.map { row -> [String: Any] in
                [
                    "modality": row.modality, "structure": row.structure, "searched": row.isSearched ? "yes" : "no",
                    "weight": row.weight.map { Words.fixed($0, 3) } ?? "–", "reason": row.reason,
                ]
            },
        ]
    }

    /// Template values; a note if the order of attention is unknown.
    static func values(_ explained: Result<ScenarioExplanation, Failure>) -> [String: Any] {
        // Every key needs a value; a template would otherwise take the one of the enclosing page.
        func note(_ text: String) -> [String: Any] { ["note": text, "rows": [Any](), "isEmpty": false] }
        switch explained {
        case .failure(let failure): return note(failure.message)
        case .success(let explained):
            if let unknown = explained.unknown { return note("Unknown, because \(unknown).") }
            return ["note": false, "rows": explained.networks.map(row), "isEmpty": explained.networks.isEmpty]
        }
    }

    private static func row(_ ranked: ScenarioExplanation.RankedNetwork) -> [String: Any] {
        [
            "network": ranked.name, "genome": ranked.genome,
            "weight": Words.fixed(ranked.weight, 3), "deviation": Words.fixed(ranked.deviation, 2),
            "heads": ranked.heads.map { Words.fixed($0, 2) }.joined(separator: " · "),
            "outcomes": "\(ranked.outcomes)", "similarity": Words.fixed(ranked.similarity, 2),
        ]
    }
}
