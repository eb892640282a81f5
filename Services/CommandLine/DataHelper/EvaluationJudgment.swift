import Foundation
import Model
import Scores
import Tables

/// Collects answers and truths in memory that is bounded regardless of the number of rows.
struct EvaluationJudgment {
    private let target: Target
    private let worstCount: Int
    private let hasGroups: Bool
    private var evaluation = PackageEvaluation()
    private var confusion: [Int] = []
    private var labels: [PackageEvaluation.LabelCounts] = []
    /// Samples for computing metrics: all, or a uniform random sample (reservoir sampling, Vitter 1985).
    private var kept = Kept()
    private var groups: [String: Int32] = [:]
    private var names: [String] = []
    private var generator = SplitMix64(seed: 1)

    /// Maximum number of outputs to keep; including the areas under curves, this takes a few hundred megabytes.
    static let mostOutputs = 10_000_000
    /// Maximum number of groups to report.
    static let mostGroups = 200
    /// Maximum number of separate groups; all others count as one.
    static let mostNamedGroups = 100_000
    private static let otherGroups = "(others)"

    private struct Kept {
        var outputs: [Float] = []
        var classes: [Int32] = []
        var numbers: [Float] = []
        var groups: [Int32] = []
        var count = 0
    }

    init(_ target: Target, worst: Int, hasGroups: Bool) {
        self.target = target
        worstCount = worst
        self.hasGroups = hasGroups
        let width = target.outputs
        if target.kind == .classification { confusion = [Int](repeating: 0, count: width * width) }
        if target.kind == .multiLabel { labels = Array(repeating: .init(), count: width) }
    }

    /// Adds a row and the network's answer for it.
    /// - Returns: The judgment of the row.
    mutating func add(_ row: AnsweredRows.Row, _ result: Result<[Float], Failure>?) -> JudgedRow {
        var judged = JudgedRow(place: row.place, truth: row.text, group: row.group)
        switch (row.truth, result) {
        case (.known(let truth), .success(let answer)):
            judged.answer = answer
            judged.error = take(answer, truth, row.group)
            note(judged)
        case (.missing, _): judged.failure = Failure(.invalidArgument, "the row has no target value")
        case (.unreadable(let failure), _): judged.failure = failure
        case (.strange(let value), _):
            judged.failure = Failure(.invalidArgument, "'\(value)' is not among the network's answers")
        case (_, .failure(let failure)): judged.failure = failure
        case (_, nil): judged.failure = Failure(.internal, "the network gave no answer")
        }
        if judged.failure != nil { evaluation.unjudged += 1 }
        return judged
    }

    // MARK: Gathering

    private mutating func take(_ answer: [Float], _ truth: SampleAnswer, _ group: String?) -> Double {
        evaluation.samples += 1
        let width = target.outputs
        let most = max(1, Self.mostOutputs / max(1, width))
        var place = kept.count
        if place >= most {
            place = Int(generator.next() % UInt64(evaluation.samples))
        }
        let number = hasGroups ? number(of: group ?? "") : 0
        let outputs = Self.logits(answer, target.kind)
        var row: [Float] = [], label: Int32 = 0
        let error: Double
        switch truth {
        case .class(let right):
            label = Int32(right)
            let given = answer.indices.reduce(0) { answer[$1] > answer[$0] ? $1 : $0 }
            confusion[right * width + given] += 1
            error = -Double(outputs[right])
        case .labels(let right):
            row = [Float](repeating: 0, count: width)
            for number in right { row[number] = 1 }
            error = count(answer, row)
        case .numbers(let right):
            row = right.map(Float.init)
            let distances = zip(answer, right).enumerated().map { column, pair in
                abs(Double(pair.0) - pair.1) / (target.deviations?[column] ?? 1)
            }
            error = distances.reduce(0, +) / Double(max(1, distances.count))
        }
        if place == kept.count {
            kept.outputs += outputs
            kept.numbers += row
            kept.classes.append(label)
            kept.groups.append(number)
            kept.count += 1
        } else if place < most {
            kept.outputs.replaceSubrange(place * width..<(place + 1) * width, with: outputs)
            if !row.isEmpty { kept.numbers.replaceSubrange(place * width..<(place + 1) * width, with: row) }
            kept.classes[place] = label
            kept.groups[place] = number
        }
        return error
    }

    /// Counts the answers for labels; returns the mean cross entropy.
    private mutating func count(_ answer: [Float], _ truth: [Float]) -> Double {
        var entropy = 0.0
        let given = Set(target.labels(of: answer))
        for label in answer.indices {
            switch (given.contains(label), truth[label] > 0) {
            case (true, true): labels[label].right += 1
            case (true, false): labels[label].wrong += 1
            case (false, true): labels[label].missed += 1
            case (false, false): break
            }
            let sure = Double(truth[label] > 0 ? answer[label] : 1 - answer[label])
            entropy -= log(max(sure, Self.least))
        }
        return entropy / Double(max(1, answer.count))
    }

    private mutating func number(of group: String) -> Int32 {
        if let known = groups[group] { return known }
        let name = groups.count < Self.mostNamedGroups ? group : Self.otherGroups
        if let known = groups[name] { return known }
        let number = Int32(names.count)
        groups[name] = number
        names.append(name)
        return number
    }

    private mutating func note(_ row: JudgedRow) {
        guard worstCount > 0, let error = row.error else { return }
        if evaluation.worst.count == worstCount, let least = evaluation.worst.last?.error, error <= least { return }
        let place = evaluation.worst.firstIndex { ($0.error ?? 0) < error } ?? evaluation.worst.count
        evaluation.worst.insert(row, at: place)
        if evaluation.worst.count > worstCount { evaluation.worst.removeLast() }
    }

    /// Lower bound for probabilities, so that one confident mistake does not make the loss infinite.
    private static let least = 1e-15

    /// Logits whose softmax or sigmoid yields the probabilities.
    private static func logits(_ answer: [Float], _ kind: Target.Kind) -> [Float] {
        switch kind {
        case .classification: answer.map { Float(log(max(Double($0), least))) }
        case .multiLabel: answer.map { Float(log(max(Double($0), least) / max(1 - Double($0), least))) }
        case .regression: answer
        }
    }

    // MARK: Judging

    /// The evaluation over all rows.
    /// - Throws: `Failure` if no row could be evaluated.
    mutating func judge() throws -> PackageEvaluation {
        guard evaluation.samples > 0 else {
            throw Failure(
                .invalidArgument, "None of \(evaluation.unjudged) rows could be evaluated; see the reasons above.")
        }
        let width = target.outputs
        if kept.count < evaluation.samples { evaluation.drawn = kept.count }
        let all = scored(Array(0..<kept.count))
        evaluation.metrics = all.metrics()
        evaluation.errors = all.standardErrors(groups: hasGroups ? kept.groups : nil)
        if target.kind == .classification {
            evaluation.confusion = (0..<width).map { Array(confusion[$0 * width..<($0 + 1) * width]) }
        }
        if target.kind == .multiLabel { evaluation.labels = labels }
        if hasGroups { judgeGroups() }
        return evaluation
    }

    private mutating func judgeGroups() {
        let members = Dictionary(grouping: 0..<kept.count) { kept.groups[$0] }
            .sorted { ($1.value.count, names[Int($0.key)]) < ($0.value.count, names[Int($1.key)]) }
        evaluation.moreGroups = max(0, members.count - Self.mostGroups)
        evaluation.groups = members.prefix(Self.mostGroups).map { group, samples in
            let answers = scored(samples)
            return .init(
                group: names[Int(group)], samples: samples.count, metrics: answers.metrics(),
                errors: answers.standardErrors(groups: nil))
        }
    }

    private func scored(_ samples: [Int]) -> ScoredAnswers {
        let width = target.outputs
        let isWhole = samples.count == kept.count
        func rows(_ all: [Float]) -> [Float] {
            isWhole ? all : samples.flatMap { all[$0 * width..<($0 + 1) * width] }
        }
        // A package answers in the original units of the numbers.
        var plain = target
        (plain.means, plain.deviations) = (nil, nil)
        guard target.kind == .classification else {
            return ScoredAnswers(plain, outputs: rows(kept.outputs), numbers: rows(kept.numbers))
        }
        let classes = isWhole ? kept.classes : samples.map { kept.classes[$0] }
        return ScoredAnswers(plain, outputs: rows(kept.outputs), classes: classes)
    }
}
