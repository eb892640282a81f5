import DesignerClient
import Model
import Presentation

/// The networks of earlier searches that attention favors for a scenario.
enum AttentionTable {
    /// Maximum number of networks listed.
    static let most = 8

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
