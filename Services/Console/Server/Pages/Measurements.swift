import Model
import Presentation

/// A network's metrics as the console shows them: those of splits in a table, all others with their units.
struct Measurements {
    private static let splits = ["test", "validation", "training"]

    private let metrics: [String: Double]

    init(_ metrics: [String: Double]) { self.metrics = metrics }

    var values: [String: Any] {
        [
            "hasMetrics": !metrics.isEmpty, "hasScores": !scored.isEmpty,
            "scores": Set(scored.values).sorted { Self.order($0) < Self.order($1) }.map { name in
                var row: [String: Any] = ["name": name.replacing("-", with: " ")]
                for split in Self.splits { row[split] = value(name, on: split) }
                return row
            },
            "metrics": metrics.filter { scored[$0.key] == nil }.sorted { $0.key < $1.key }.map { key, value in
                let (name, text) = Self.plain(key, value)
                return ["name": name.replacing("-", with: " "), "value": text]
            },
        ]
    }

    /// The names of the metrics that are measured on splits, by their keys.
    private var scored: [String: String] {
        var names: [String: String] = [:]
        for key in metrics.keys {
            guard let split = Self.splits.first(where: { key.hasPrefix("\($0)-") }) else { continue }
            let name = String(key.dropFirst(split.count + 1))
            let bare = name.hasSuffix("-error") ? String(name.dropLast("-error".count)) : name
            if name == "loss" || Metric(named: name) != nil {
                names[key] = name
            } else if Metric(named: bare) != nil {
                names[key] = bare
            }
        }
        return names
    }

    private func value(_ name: String, on split: String) -> String {
        let key = "\(split)-\(name)"
        guard let metric = Metric(named: name) else { return metrics[key].map(Words.plain) ?? "–" }
        return Words.value(metrics[key], of: metric, error: metrics[Metric.error(of: key)])
    }

    /// The sort key of a metric: its position in `Metric.all`, then its name.
    private static func order(_ name: String) -> (Int, String) {
        (Metric.all.firstIndex { $0.name == name } ?? Metric.all.count, name)
    }

    /// The metric's name without its unit, and its value with the unit.
    private static func plain(_ name: String, _ value: Double) -> (name: String, text: String) {
        switch name {
        case TrainingCost.joules: ("energy", "\(Words.short(value))J")
        case _ where name.hasSuffix("-milliseconds"):
            (String(name.dropLast("-milliseconds".count)), "\(Words.plain(value)) ms")
        case TrainingCost.seconds: ("time", Words.span(value))
        case _ where name.hasSuffix("-seconds"): (String(name.dropLast("-seconds".count)) + " time", Words.span(value))
        case _ where value == value.rounded() && abs(value) < 1e15: (name, Words.count(Int(value)))
        default: (name, Words.plain(value))
        }
    }
}
