import DesignerClient
import Model
import Presentation

/// The trials of a search side by side: their choices, the value of each, and which decisions mattered.
struct TrialComparison {
    /// Maximum number of trials compared: the best ones.
    static let mostTrials = 5_000
    /// Trials drawn as lines.
    private static let lines = 250
    /// Decisions drawn as axes.
    private static let axes = 8
    /// Decisions drawn as bars.
    private static let bars = 20
    /// Minimum number of trials for a meaningful importance.
    private static let fewest = 8
    /// Maximum number of choices at an axis.
    private static let ticks = 14

    let status: ScenarioStatus
    let parameters: Parameters

    init(_ status: ScenarioStatus, _ trials: [Trial]) {
        self.status = status
        parameters = Parameters(trials, genes: status.facts?.genes)
    }

    var values: [String: Any] {
        let count = parameters.trials.count
        var values: [String: Any] = [
            "count": Words.amount(count, "measured trial"), "isEnough": count >= Self.fewest,
            "fewest": Self.fewest, "metric": status.objective.name, "lines": Words.count(min(count, Self.lines)),
            "slices": slices,
        ]
        values["ways"] = ways
        values["importance"] = importance
        return values
    }

    private var importance: String? {
        let bars = parameters.columns.prefix(Self.bars).map {
            BarChart.Bar(name: $0.name, value: $0.importance, text: "\(Words.fixed($0.importance * 100, 1)) %")
        }
        return BarChart(label: "Importance of decisions", bars: Array(bars)).svg()
    }

    // MARK: Parallel coordinates

    private var ways: String? {
        let columns = Array(parameters.columns.prefix(Self.axes))
        let objectives = parameters.trials.map { $0.objective ?? 0 }
        guard !columns.isEmpty, let high = objectives.first, let low = objectives.last else { return nil }
        let span = high > low ? high - low : 1
        let step = max(1, (objectives.count + Self.lines - 1) / Self.lines)
        let lines = stride(from: 0, to: objectives.count, by: step).map { row in
            let trial = parameters.trials[row]
            let chosen = zip(columns, parameters.choices[row]).map { "\($0.name) \($0.levels[$1])" }
            return ParallelCoordinates.Line(
                places: zip(columns, parameters.choices[row]).map { Self.place($1, of: $0.levels.count) }
                    + [(objectives[row] - low) / span],
                title: "trial \(trial.id.number): \(Words.worth(trial.objective, of: status.objective)) ("
                    + chosen.joined(separator: ", ") + ")",
                link: TrialPage.address(of: trial.id), style: "q\(row * 4 / objectives.count)")
        }
        let worths = [0, 0.5, 1].map { (place: $0, text: Words.worth(low + $0 * (high - low), of: status.objective)) }
        let axes = columns.map(Self.axis) + [.init(title: status.objective.name, ticks: worths)]
        return ParallelCoordinates(
            label: "Choices of trials and their value", axes: axes, lines: lines
        ).svg()
    }

    private static func axis(_ column: Parameters.Column) -> ParallelCoordinates.Axis {
        let count = column.levels.count
        let step = max(1, (count + ticks - 1) / ticks)
        let shown = stride(from: 0, to: count, by: step).map { (place: place($0, of: count), text: column.levels[$0]) }
        return ParallelCoordinates.Axis(title: column.name, ticks: shown)
    }

    private static func place(_ level: Int, of count: Int) -> Double {
        count > 1 ? Double(level) / Double(count - 1) : 0.5
    }

    // MARK: Slices

    /// For each decision, the value of its choices.
    private var slices: [[String: Any]] {
        parameters.columns.prefix(Self.axes).enumerated().map { place, column in
            let groups = Dictionary(grouping: parameters.trials.indices) { parameters.choices[$0][place] }
            return [
                "name": column.name,
                "rows": column.levels.indices.prefix(40).map { level in
                    let worths = (groups[level] ?? []).map { parameters.trials[$0].objective ?? 0 }
                    let mean = worths.isEmpty ? nil : worths.reduce(0, +) / Double(worths.count)
                    return [
                        "level": column.levels[level], "trials": Words.count(worths.count),
                        "mean": Words.worth(mean, of: status.objective),
                        "best": Words.worth(worths.max(), of: status.objective),
                    ]
                },
            ] as [String: Any]
        }
    }
}
