import Foundation
import Model
import Scores

/// Trains simple models on a prepared dataset and evaluates them on the same splits as networks.
///
/// Training stops once validation has not improved for `patience` checks; the answers of the best round count.
struct BaselineTraining {
    let table: FeatureTable
    /// The metric on the validation split that chooses the best round.
    let objective: Metric
    /// Maximum training time of each model.
    let time: Duration

    /// Maximum number of columns for trees; with more, a round takes seconds.
    private static let mostTreeColumns = 4_096
    /// Number of rounds between two validations.
    private static let rounds = 5
    /// Number of validations without an improvement after which training stops.
    private static let patience = 8
    private static let mostRounds = 1_000

    /// The model that ignores its input: it answers class frequencies, label frequencies, or mean numbers.
    func constant() -> Baseline {
        let outputs = table.manifest.target.outputs
        let scores: [Float]
        if table.manifest.target.kind == .classification {
            var counts = [Float](repeating: 0, count: outputs)
            for label in table.training.classes { counts[Int(label)] += 1 }
            scores = counts.map { log(($0 + 1) / Float(table.training.classes.count + outputs)) }
        } else {
            // Standardized numbers have a mean of 0.
            scores =
                table.manifest.target.kind == .regression
                ? [Float](repeating: 0, count: outputs) : shares().map { log($0 / (1 - $0)) }
        }
        func answers(_ split: FeatureTable.Split) -> [Float] { (0..<split.rows.count).flatMap { _ in scores } }
        return baseline("always the same answer", answers(table.validation), answers(table.test))
    }

    /// Share of the training samples with each label, smoothed so that it is never 0 or 1.
    private func shares() -> [Float] {
        let outputs = table.manifest.target.outputs
        var counts = [Float](repeating: 1, count: outputs)
        for (place, number) in table.training.numbers.enumerated() where number > 0.5 { counts[place % outputs] += 1 }
        return counts.map { $0 / Float(table.training.rows.count + 2) }
    }

    /// The better of two linear models by validation: one with the penalty of scikit-learn's logistic regression (C = 1), and
    /// one with a hundredth of it.
    func linear() throws -> Baseline {
        let models = try [1, 0.01].map { penalty in
            // XGBoost applies the penalty per sample. One thread: with several, 'shotgun' gives different weights each time.
            let penalty = penalty / Double(max(1, table.training.rows.count))
            return try trained(
                "linear model",
                ["booster": "gblinear", "updater": "shotgun", "eta": "0.5", "lambda": "\(penalty)", "nthread": "1"])
        }
        let name = objective.name(on: "validation")
        func utility(_ model: Baseline) -> Double {
            model.metrics[name].map { objective.utility(of: $0) } ?? -.infinity
        }
        return utility(models[1]) > utility(models[0]) ? models[1] : models[0]
    }

    /// Boosted trees; nil if the data has too many columns.
    func trees() throws -> Baseline? {
        guard table.columns <= Self.mostTreeColumns else { return nil }
        return try trained(
            "boosted trees", ["tree_method": "hist", "eta": "0.1", "max_depth": "6", "subsample": "0.8"])
    }

    // MARK: Training

    private func trained(_ name: String, _ parameters: [String: String]) throws -> Baseline {
        let splits = [table.training, table.validation, table.test]
        let matrices = try splits.map { try BoosterMatrix($0.rows, columns: table.columns) }
        let target = table.manifest.target
        // One model for classes, and one for each label or number.
        let models = try (0..<(target.kind == .classification ? 1 : target.outputs)).map { _ in
            try Booster(for: matrices, parameters: task.merging(parameters) { $1 })
        }
        let end = ContinuousClock.now + time
        var best: (utility: Double, validation: [Float], test: [Float])?
        var unimproved = 0
        for _ in 0..<Self.mostRounds / Self.rounds {
            for (column, model) in models.enumerated() {
                // All models share the matrix; its labels are those of one model at a time.
                if models.count > 1 || best == nil { try matrices[0].set(labels: labels(of: column)) }
                for _ in 0..<Self.rounds { try model.update(on: matrices[0]) }
            }
            let validation = try answers(models, matrices[1])
            let metrics = scored(table.validation, validation, judged(validation)).metrics()
            let utility = metrics[objective.name].map { objective.utility(of: $0) } ?? -.infinity
            if best.map({ utility > $0.utility }) ?? true {
                best = (utility, validation, try answers(models, matrices[2]))
                unimproved = 0
            } else {
                unimproved += 1
            }
            if unimproved >= Self.patience || ContinuousClock.now > end { break }
        }
        guard let best else { throw Failure(.internal, "\(name): no round was trained.") }
        return baseline(name, best.validation, best.test)
    }

    /// XGBoost's parameters for the objective that it minimizes.
    private var task: [String: String] {
        let target = table.manifest.target
        let threads = "\(ProcessInfo.processInfo.activeProcessorCount)"
        return switch target.kind {
        case .classification where target.outputs > 2:
            [
                "objective": "multi:softprob", "num_class": "\(target.outputs)", "nthread": threads, "verbosity": "0",
                "base_score": "0.5",
            ]
        case .classification, .multiLabel:
            ["objective": "binary:logistic", "nthread": threads, "verbosity": "0", "base_score": "0.5"]
        case .regression:
            ["objective": "reg:squarederror", "nthread": threads, "verbosity": "0", "base_score": "0"]
        }
    }

    /// The correct answers of the training samples, for one model.
    private func labels(of column: Int) -> [Float] {
        let target = table.manifest.target
        guard target.kind != .classification else { return table.training.classes.map { Float($0) } }
        return stride(from: column, to: table.training.numbers.count, by: target.outputs).map {
            table.training.numbers[$0]
        }
    }

    /// Logits or standardized numbers, like a network's outputs.
    private func answers(_ models: [Booster], _ matrix: BoosterMatrix) throws -> [Float] {
        guard matrix.count > 0 else { return [] }
        let margins = try models.map { try $0.margins(of: matrix) }
        let target = table.manifest.target
        if target.kind == .classification {
            return target.outputs > 2 ? margins[0] : margins[0].flatMap { [0, $0] }
        }
        return (0..<matrix.count).flatMap { sample in margins.map { $0[sample] } }
    }

    // MARK: Judging

    /// The target with the label threshold that suits these answers best.
    private func judged(_ validation: [Float]) -> Target {
        var target = table.manifest.target
        if target.kind == .multiLabel {
            target.threshold = ScoredAnswers.bestThreshold(outputs: validation, numbers: table.validation.numbers)
        }
        return target
    }

    private func scored(_ split: FeatureTable.Split, _ answers: [Float], _ target: Target) -> ScoredAnswers {
        target.kind == .classification
            ? ScoredAnswers(target, outputs: answers, classes: split.classes)
            : ScoredAnswers(target, outputs: answers, numbers: split.numbers)
    }

    private func baseline(_ name: String, _ validation: [Float], _ test: [Float]) -> Baseline {
        let target = judged(validation)
        var metrics: [String: Double] = [:]
        for (part, split, answers) in [("validation", table.validation, validation), ("test", table.test, test)] {
            guard split.rows.count > 0 else { continue }
            let scored = scored(split, answers, target)
            let errors = scored.standardErrors(groups: split.groups)
            for (metric, value) in scored.metrics() {
                metrics["\(part)-\(metric)"] = value
                metrics[Metric.error(of: "\(part)-\(metric)")] = errors[metric]
            }
        }
        return Baseline(name: name, metrics: metrics, samples: table.training.rows.count)
    }
}
