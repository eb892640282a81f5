public import Model
import Scores

/// A network's answers with the correct answers.
public struct Evaluation: Hashable, Sendable {
    /// The network's target.
    public private(set) var target: Target
    /// Number of samples scored.
    public let samples: Int
    /// The network's outputs, sample after sample: logits of classes or labels, or standardized numbers.
    public let outputs: [Float]
    /// The correct answers.
    public let answers: SampleSource.Answers
    /// The group of each sample; nil if each is its own group.
    public let groups: [Int32]?
    /// Mean loss, with the loss function for scoring this kind of target.
    public let loss: Double

    /// Stores the outputs for samples.
    public init(of samples: SampleSource, outputs: [Float], loss: Double) {
        self.target = samples.target
        self.samples = samples.count
        self.outputs = outputs
        self.answers = samples.answers
        self.groups = samples.groups
        self.loss = loss
    }

    /// The same with the best threshold for its labels, if there are labels; only for validation samples.
    public var withBestThreshold: Evaluation {
        guard target.kind == .multiLabel, case .numbers(let truth) = answers else { return self }
        var result = self
        result.target.threshold = ScoredAnswers.bestThreshold(outputs: outputs, numbers: truth)
        return result
    }

    /// The same with another threshold for labels.
    public func with(threshold: Double?) -> Evaluation {
        var result = self
        if target.kind == .multiLabel { result.target.threshold = threshold }
        return result
    }

    /// Number of samples by truth (row) and answer (column), row by row; empty if samples have no classes.
    public var confusionRows: [[Int]] {
        guard case .classes(let labels) = answers else { return [] }
        let width = target.outputs
        var rows = [[Int]](repeating: [Int](repeating: 0, count: width), count: width)
        for (sample, label) in labels.enumerated() { rows[Int(label)][answer(of: sample)] += 1 }
        return rows
    }

    /// Share of samples answered correctly, 0 to 1; 0 if samples have no classes.
    public var accuracy: Double {
        guard case .classes(let labels) = answers, samples > 0 else { return 0 }
        return Double(labels.indices.count { answer(of: $0) == Int(labels[$0]) }) / Double(samples)
    }

    /// All metrics that are defined for these answers, by name.
    public var metrics: [String: Double] { scored.metrics() }

    /// The standard error of each metric, by the metric's name.
    public var standardErrors: [String: Double] { scored.standardErrors(groups: groups) }

    private var scored: ScoredAnswers {
        switch answers {
        case .classes(let labels): ScoredAnswers(target, outputs: outputs, classes: labels)
        case .numbers(let numbers): ScoredAnswers(target, outputs: outputs, numbers: numbers)
        }
    }

    /// The class with the largest output.
    private func answer(of sample: Int) -> Int {
        let row = outputs[sample * target.outputs..<(sample + 1) * target.outputs]
        return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
    }
}
