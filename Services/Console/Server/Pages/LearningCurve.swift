import Model

/// How one measurement of a training changed, as reported by its worker.
struct LearningCurve: Hashable, Sendable {
    /// The value after one epoch.
    struct Point: Hashable, Sendable {
        var epoch: Int
        var value: Double
    }

    let trial: Int
    var points: [Point]

    /// The curves of a metric in a scenario's trainings, ordered by their last report, latest last.
    ///
    /// The subject of a training's report is `<scenario>/<trial>/train`, with `.<generation>` appended to the scenario
    /// if it was resumed. `train-2` and so on belong to a trial that continued after a pause.
    static func curves(of events: [Event], scenario: String, metric: Metric) -> [LearningCurve] {
        var curves: [Int: LearningCurve] = [:]
        var order: [Int: Int] = [:]
        for (index, event) in events.enumerated() {
            let parts = event.subject.split(separator: "/")
            guard parts.count == 3, parts[0] == scenario || parts[0].hasPrefix("\(scenario)."),
                parts[2].hasPrefix("train"),
                let trial = Int(parts[1]), let epoch = event.attributes["step"].flatMap({ Int($0) }),
                let value = event.attributes["metric.\(metric.name(on: "validation"))"].flatMap({ Double($0) }),
                value.isFinite
            else { continue }
            var curve = curves[trial] ?? LearningCurve(trial: trial, points: [])
            // When another worker takes over a training, it repeats the epochs since the last checkpoint.
            curve.points.removeAll { $0.epoch >= epoch }
            curve.points.append(Point(epoch: epoch, value: value))
            curves[trial] = curve
            order[trial] = index
        }
        return curves.values.sorted { order[$0.trial, default: 0] < order[$1.trial, default: 0] }
    }
}
