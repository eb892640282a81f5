import Model
import Presentation

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
    static func curves(of events: [Event], scenario: String, metric: Metric) -> [LearningCurve] {
        var curves: [Int: LearningCurve] = [:]
        var order: [Int: Int] = [:]
        for (index, event) in events.enumerated() {
            guard let report = TrainingReport(event, of: scenario), let epoch = report.step,
                let value = report.metrics[metric.name(on: "validation")], value.isFinite
            else { continue }
            let trial = report.trial
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
