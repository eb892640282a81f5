import Brain
import Presentation

/// An explanation formatted for people: the chain from words to the fusion order.
struct ExplanationView {
    /// Number of rows of each list, unless all are requested.
    static let usualRows = 12

    private let explanation: Explanation
    private let most: Int

    init(_ explanation: Explanation, most: Int) {
        self.explanation = explanation
        self.most = most
    }

    var text: String {
        ([functions] + warnings + [regions, areas, cooperation, candidates, modalities]).joined(separator: "\n\n")
    }

    private var warnings: [String] {
        let words = explanation.unknownWords ?? []
        return words.isEmpty ? [] : [words.map { "Warning: \($0.warning)" }.joined(separator: "\n")]
    }

    private var functions: String {
        let rows = explanation.engagements.flatMap { engagement in
            engagement.matches.enumerated().map { index, match in
                [index == 0 ? engagement.source : "", match.words, match.functions.joined(separator: ", ")]
            }
        }
        return table(["STIMULUS", "WORDS", "FUNCTIONS"], rows)
    }

    private var regions: String {
        let settings = explanation.settings
        let rows = explanation.regions.map {
            [
                $0.name, $0.title, figure($0.activation), figure($0.association), figure($0.spread),
                $0.function ?? "its partners",
            ]
        }
        return section(
            "Active regions: \(explanation.regions.count), from an activation of \(settings.regionThreshold) on"
                + " (spread \(settings.spread))",
            ["ROI", "REGION", "ACTIVATION", "ASSOCIATION", "SPREAD", "DRIVEN BY"], rows)
    }

    private var areas: String {
        let areas = explanation.areas + explanation.parts
        let shown = most == .max ? areas : areas.filter(\.isActivated)
        let rows = shown.map {
            [
                $0.path, figure($0.activation), figure($0.fullActivation), "\($0.activeRegions)", "\($0.regions)",
                $0.isActivated ? "yes" : "no",
            ]
        }
        let count = areas.count(where: \.isActivated)
        let title =
            "Activated areas and sub-areas: \(count) of \(areas.count), from \(explanation.settings.areaThreshold)"
            + " of their full activation on"
        // Always show all areas.
        return title + "\n" + table(["AREA", "ACTIVATION", "FULL", "ACTIVE ROIS", "ROIS", "ACTIVATED"], rows)
    }

    private var cooperation: String {
        let rows = explanation.cooperation.map { ["\($0.first) – \($0.second)", figure($0.strength)] }
        return section("Cooperation of activated areas", ["AREAS", "STRENGTH"], rows)
    }

    private var candidates: String {
        let rows = explanation.candidates.map { [$0.network, $0.area, figure($0.activation)] }
        return section("Candidate networks of activated areas", ["NETWORK", "AREA", "ACTIVATION"], rows)
    }

    private var modalities: String {
        let rows = explanation.modalities.enumerated().map { index, plan in
            [
                "\(index + 1)", plan.modality, plan.area ?? "–", plan.function.isEmpty ? "–" : plan.function,
                plan.candidates.isEmpty ? "–" : plan.candidates.prefix(most).joined(separator: ", "),
            ]
        }
        return section("Order in which fusion is tried", ["STEP", "MODALITY", "AREA", "FUNCTION", "NETWORKS"], rows)
    }

    private func section(_ title: String, _ titles: [String], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "\(title): none" }
        let left = rows.count - min(rows.count, most)
        return title + "\n" + table(titles, Array(rows.prefix(most))) + (left > 0 ? "\n… \(left) more; see --all" : "")
    }

    private func figure(_ value: Double) -> String { Figures.fixed(value, 3) }
}
