import DesignerClient
import Model
import Presentation

/// What a search adds over the best choice that needs no search: a fixed tracker, a network of one modality, or the
/// product of their answers.
struct SearchGain {
    private let fixed: Trial
    private let objective: Metric

    /// Picks the fixed choice that validates best.
    /// - Returns: nil if no trial is a fixed choice.
    init?(_ trials: [Trial], objective: Metric) {
        let choices = trials.filter { ($0.purpose == .baseline || $0.purpose.modality != nil) && $0.objective != nil }
        guard let best = choices.max(by: { ($0.objective ?? 0, $1.id.number) < ($1.objective ?? 0, $0.id.number) })
        else { return nil }
        // A product has its test score in the final trial that assembles it.
        fixed = trials.first { $0.purpose == .final(of: best.id.number) && $0.objective != nil } ?? best
        self.objective = objective
    }

    /// The gain as a sentence, with its standard error; nil if the two have no metric in common.
    func sentence(on winner: Trial) -> String? {
        guard winner.id != fixed.id else {
            return "The search adds nothing: the winner is the best choice that needs no search."
        }
        for split in ["test", "validation"] {
            let name = objective.name(on: split)
            guard let simple = fixed.metrics[name],
                let gain = MetricGain(of: winner.metrics, over: fixed.metrics, in: objective, named: name)
            else { continue }
            let figure = Figures.value(gain.value, of: objective, error: gain.error > 0 ? gain.error : nil)
            return
                "Compared with the best choice that needs no search (\(fixed.networkName), "
                + "\(Figures.value(simple, of: objective))), the search adds \(figure) on the \(split) split."
        }
        return nil
    }
}

/// By how much one network is better than another on the same samples.
struct MetricGain {
    /// The difference; positive if the first is better, whether the metric is maximized or minimized.
    let value: Double
    /// Its standard error, as if both were measured on samples of their own; 0 if neither error is known.
    let error: Double

    /// Compares a metric of two networks.
    /// - Parameter name: Name of the metric on a split, such as `test-accuracy`.
    /// - Returns: nil if one of them lacks the metric.
    init?(of one: [String: Double], over other: [String: Double], in objective: Metric, named name: String) {
        guard let better = one[name], let worse = other[name] else { return nil }
        value = objective.utility(of: better) - objective.utility(of: worse)
        let errors = [one, other].map { $0[Metric.error(of: name)] ?? 0 }
        error = (errors[0] * errors[0] + errors[1] * errors[1]).squareRoot()
    }
}
