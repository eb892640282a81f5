import Model
import Presentation

/// An evaluation formatted for people.
struct EvaluationText {
    private let evaluation: PackageEvaluation
    private let target: Target
    private let group: String?

    /// Maximum number of classes for a full confusion matrix; with more, only the most frequent mistakes are listed.
    private static let mostClasses = 12
    /// Number of mistakes to list.
    private static let mistakes = 15

    init(_ evaluation: PackageEvaluation, target: Target, group: String?) {
        self.evaluation = evaluation
        self.target = target
        self.group = group
    }

    var text: String {
        [metrics, confusion, labels, worst, groups].compactMap(\.self).joined(separator: "\n\n")
    }

    private var known: [Metric] { Metric.of(Scenario.Task(target.kind)) }

    private var metrics: String {
        let rows = known.compactMap { metric in
            evaluation.metrics[metric.name].map {
                [metric.name, Figures.value($0, of: metric, error: evaluation.errors[metric.name])]
            }
        }
        var lines = "\(Figures.count(evaluation.samples)) samples were evaluated"
        if evaluation.unjudged > 0 { lines += ", \(Figures.count(evaluation.unjudged)) could not be" }
        if let drawn = evaluation.drawn {
            lines += "; the metrics are computed on a random \(Figures.count(drawn)) of them"
        }
        return lines + ".\n\n" + table(["METRIC", "VALUE"], rows)
    }

    private var confusion: String? {
        guard let confusion = evaluation.confusion else { return nil }
        guard target.names.count > Self.mostClasses else {
            let rows = zip(target.names, confusion).map { [$0] + $1.map(String.init) }
            return "Confusion matrix (rows: truth, columns: answers):\n" + table([""] + target.names, rows)
        }
        var mistakes: [(truth: Int, answer: Int, count: Int)] = []
        for (truth, row) in confusion.enumerated() {
            for (answer, count) in row.enumerated() where answer != truth && count > 0 {
                mistakes.append((truth, answer, count))
            }
        }
        guard !mistakes.isEmpty else { return nil }
        let rows = mistakes.sorted { ($1.count, $0.truth) < ($0.count, $1.truth) }.prefix(Self.mistakes).map {
            [target.names[$0.truth], target.names[$0.answer], "\($0.count)"]
        }
        return "Most frequent mistakes (--format json lists all pairs):\n"
            + table(["TRUTH", "ANSWER", "SAMPLES"], rows)
    }

    private var labels: String? {
        guard let labels = evaluation.labels else { return nil }
        let rows = zip(target.names, labels).map { [$0, "\($1.right)", "\($1.wrong)", "\($1.missed)"] }
        return table(["LABEL", "RIGHT", "WRONG", "MISSED"], rows)
    }

    private var worst: String? {
        guard !evaluation.worst.isEmpty else { return nil }
        let rows = evaluation.worst.map { row in
            [row.place, row.truth, row.answer.map(answer) ?? "", Figures.fixed(row.error ?? 0, 3)]
        }
        let error =
            switch target.kind {
            case .classification: "LOG LOSS"
            case .multiLabel: "CROSS ENTROPY"
            case .regression: "ERROR IN DEVIATIONS"
            }
        return "Worst samples:\n" + table(["SAMPLE", "TRUTH", "ANSWER", error], rows)
    }

    private func answer(_ answer: [Float]) -> String {
        switch target.kind {
        case .classification:
            let best = answer.indices.reduce(0) { answer[$1] > answer[$0] ? $1 : $0 }
            return "\(target.names[best]) (\(Figures.fixed(Double(answer[best]), 3)))"
        case .multiLabel:
            return target.labels(of: answer).map { target.names[$0] }.joined(separator: ", ")
        case .regression: return answer.map { Figures.fixed(Double($0), 4) }.joined(separator: ", ")
        }
    }

    private var groups: String? {
        guard let group, !evaluation.groups.isEmpty else { return nil }
        let shown = known.filter { evaluation.metrics[$0.name] != nil }.prefix(3)
        let rows = evaluation.groups.map { part in
            [part.group.isEmpty ? "–" : part.group, Figures.count(part.samples)]
                + shown.map { Figures.value(part.metrics[$0.name], of: $0, error: part.errors[$0.name]) }
        }
        let more = evaluation.moreGroups > 0 ? "\n… and \(evaluation.moreGroups) smaller groups" : ""
        return table([group.uppercased(), "SAMPLES"] + shown.map { $0.name.uppercased() }, rows) + more
    }
}
