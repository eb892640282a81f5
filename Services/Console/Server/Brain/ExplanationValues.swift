import Brain
import Presentation

/// Template values that explain why a scenario engages its areas and regions.
enum ExplanationValues {
    /// Maximum number of regions and networks listed.
    private static let most = 12

    static func values(_ explanation: Explanation) -> [String: Any] {
        var values: [String: Any] = [
            "engagements": explanation.engagements.map { engagement in
                [
                    "source": engagement.source,
                    "matches": engagement.matches.map { match in
                        [
                            "words": match.words,
                            "functions": match.functions.map { name in
                                [
                                    "name": name, "style": AreaStyle.style(of: name),
                                    "address": Query().address("/brain", ["function": name]),
                                ]
                            },
                        ] as [String: Any]
                    },
                ] as [String: Any]
            },
            "regionCount": Words.amount(explanation.regions.count, "region"),
            "regions": explanation.regions.prefix(most).map { region in
                [
                    "title": region.title, "address": Query().address("/brain", ["region": region.name]),
                    "activation": Words.fixed(region.activation, 2), "association": Words.fixed(region.association, 2),
                    "spread": Words.fixed(region.spread, 2), "function": region.function ?? "only its partners",
                ]
            },
            "bonds": explanation.cooperation.map { bond in
                ["first": bond.first, "second": bond.second, "strength": Words.fixed(bond.strength, 2)]
            },
            "hasBonds": !explanation.cooperation.isEmpty,
            "order": explanation.fusionOrder.map { ["name": $0, "style": AreaStyle.style(of: $0)] },
            "hasOrder": explanation.fusionOrder.count > 1,
            "candidates": explanation.candidates.prefix(most).map { candidate in
                ["network": candidate.network, "area": candidate.area, "style": AreaStyle.style(of: candidate.area)]
            },
            "hasCandidates": !explanation.candidates.isEmpty,
            "threshold": Words.plain(explanation.settings.areaThreshold),
        ]
        values["areaChart"] = areas(explanation).svg()
        return values
    }

    /// The areas with their activations, each followed by its sub-areas.
    private static func areas(_ explanation: Explanation) -> BarChart {
        let bars = explanation.areas.flatMap { area in
            [bar(area, name: area.path)]
                + explanation.parts.filter { $0.path.hasPrefix("\(area.path).") && $0.isActivated }.prefix(4).map {
                    part in
                    bar(part, name: "· \(part.path.dropFirst(area.path.count + 1))")
                }
        }
        return BarChart(label: "Activation of the areas", bars: bars)
    }

    private static func bar(_ area: Explanation.ActiveArea, name: String) -> BarChart.Bar {
        BarChart.Bar(
            name: name, value: area.activation,
            text: "\(Words.fixed(area.activation, 2))\(area.isActivated ? " ✓" : "")",
            style: area.isActivated ? AreaStyle.style(of: area.path) : "quiet",
            link: Query().address("/brain", ["area": area.path]))
    }
}
