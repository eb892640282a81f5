import DesignerClient
import Model
import Presentation
import Tracking

/// The tables of a tracker search: the published settings compared with the best tracker, and the best tracker on each
/// sequence.
struct TrackingTables: Sendable {
    /// Maximum number of published settings shown, and thus of trials fetched: they are a search's first trials.
    static let most = 120

    let objective: String
    private let heldOut: [String]
    private let fixed: [Trial]
    private let best: Trial?

    /// Takes a scenario and its first trials; nil if it is not a tracking scenario.
    init?(_ status: ScenarioStatus, first trials: [Trial]) {
        guard let facts = status.facts, facts.task == .tracking else { return nil }
        objective = status.objective.name.uppercased()
        heldOut = facts.heldOut
        fixed = trials.filter { $0.purpose == .baseline && $0.state == .succeeded }
        best = status.best
    }

    /// Whether a scenario is about tracking.
    static func isTracking(_ status: ScenarioStatus) -> Bool { status.facts?.task == .tracking }

    func values(of id: String) -> [String: Any] {
        var values: [String: Any] = ["objective": objective, "hasHidden": !heldOut.isEmpty]
        values["hidden"] = heldOut.joined(separator: ", ")
        let rows = fixed.map { (trial: $0, isBest: false) } + [best].compactMap { $0 }.map { (trial: $0, isBest: true) }
        values["settings"] = rows.map { row in
            let together = Self.scores(row.trial, .overall)
            let apart = TrackingMetrics(row.trial.metrics, of: .heldOut).map { Words.fixed($0.idf1, 4) } ?? "–"
            return together.merging(["name": row.trial.networkName, "isBest": row.isBest, "hiddenF1": apart]) { $1 }
        }
        values["hasSettings"] = !rows.isEmpty
        let hasTracks = best?.purpose.isFinal == true && best?.tracker != nil
        values["sequences"] = TrackingMetrics.sequences(in: best?.metrics ?? [:]).map { name in
            let scores = best.map { Self.scores($0, .sequence(name)) } ?? [:]
            var row = scores.merging(["name": name, "isHidden": heldOut.contains(name)]) { $1 }
            if hasTracks { row["address"] = Query(["sequence": name]).address("/scenarios/\(id)/tracks") }
            return row
        }
        if hasTracks { values["tracks"] = "/scenarios/\(id)/tracks" }
        return values
    }

    private static func scores(_ trial: Trial, _ row: TrackingMetrics.Row) -> [String: Any] {
        guard let scores = TrackingMetrics(trial.metrics, of: row) else { return [:] }
        return [
            "idf1": Words.fixed(scores.idf1, 4), "switches": Words.count(Int(scores.switches)),
            "mota": Words.fixed(scores.mota, 4), "distance": Words.fixed(scores.distance, 4),
            "hota": Words.fixed(scores.hota, 4),
        ]
    }
}
