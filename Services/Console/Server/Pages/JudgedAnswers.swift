import Answers
import Model

/// Answers with the counts derived from them, computed once.
struct JudgedAnswers: Sendable {
    let file: AnswerFile
    /// The samples, worst first.
    let order: [Int]
    /// Number of samples by truth (row) and answer (column); empty if samples have no classes.
    let confusion: [[Int]]
    /// How often each label was right, wrongly given, and missed; empty if samples have no labels.
    let labels: [LabelCount]
    /// Confidence bands; empty for regression.
    let bands: [Band]

    /// The outcome of one label of an answer.
    enum LabelOutcome: String, CaseIterable {
        case right, wrong, missed
    }

    /// How often each outcome occurred for one label.
    struct LabelCount: Hashable, Sendable {
        var counts: [LabelOutcome: Int] = [:]
    }

    /// Answers of similar confidence.
    struct Band: Hashable, Sendable {
        var count = 0
        /// Mean confidence.
        var confidence = 0.0
        /// Share of these answers that are right.
        var right = 0.0
    }

    /// Number of bands between 0 and 1.
    static let bandCount = 15

    init(_ file: AnswerFile) {
        self.file = file
        order = file.rowsByError
        let width = file.target.outputs
        var labels = [LabelCount](repeating: LabelCount(), count: width)
        var bands = [Band](repeating: Band(), count: Self.bandCount)
        func add(_ confidence: Double, isRight: Bool) {
            let band = min(Self.bandCount - 1, Int(confidence * Double(Self.bandCount)))
            bands[band].count += 1
            bands[band].confidence += confidence
            bands[band].right += isRight ? 1 : 0
        }
        for row in file.samples.indices {
            switch file.target.kind {
            case .classification:
                let (truth, answer) = (Int(file.classes[row]), file.answer(of: row))
                add(file.answers(of: row)[answer], isRight: truth == answer)
            case .multiLabel:
                let given = file.labels(of: row)
                for (label, (answer, truth)) in zip(file.answers(of: row), file.truth(of: row)).enumerated() {
                    add(answer, isRight: truth > 0)
                    if let outcome = Self.outcome(given.contains(label), truth) {
                        labels[label].counts[outcome, default: 0] += 1
                    }
                }
            case .regression: break
            }
        }
        confusion = file.confusion
        self.labels = file.target.kind == .multiLabel ? labels : []
        self.bands = bands.filter { $0.count > 0 }.map {
            Band(count: $0.count, confidence: $0.confidence / Double($0.count), right: $0.right / Double($0.count))
        }
    }

    /// The outcome of one label; nil if the label was neither given nor true.
    static func outcome(_ isGiven: Bool, _ truth: Double) -> LabelOutcome? {
        switch (isGiven, truth > 0) {
        case (true, true): .right
        case (true, false): .wrong
        case (false, true): .missed
        case (false, false): nil
        }
    }

    /// Mean distance between confidence and accuracy, weighted by the number of answers in each band; nil without
    /// bands.
    var calibrationError: Double? {
        let count = bands.reduce(0) { $0 + $1.count }
        guard count > 0 else { return nil }
        return bands.reduce(0) { $0 + Double($1.count) * abs($1.confidence - $1.right) } / Double(count)
    }

    /// The chosen samples, worst first.
    func rows(_ choice: AnswerChoice) -> [Int] {
        switch choice {
        case .all: order
        case .pair(let truth, let answer):
            order.filter { Int(file.classes[$0]) == truth && file.answer(of: $0) == answer }
        case .label(let label, let outcome):
            order.filter { Self.outcome(file.labels(of: $0).contains(label), file.truth(of: $0)[label]) == outcome }
        }
    }
}

/// Which samples a page lists.
enum AnswerChoice: Hashable, Sendable {
    case all
    case pair(truth: Int, answer: Int)
    case label(Int, JudgedAnswers.LabelOutcome)

    /// Parses the choice from a query.
    /// - Throws: `Failure` with code `invalid-argument` if there is no such class or label.
    init(_ query: Query, _ target: Target) throws {
        let range = 0...max(0, target.outputs - 1)
        if query["label"] != nil, target.kind == .multiLabel {
            let text = query["outcome"] ?? ""
            guard let outcome = JudgedAnswers.LabelOutcome(rawValue: text) else {
                throw Failure(.invalidArgument, "'outcome' is '\(text.prefix(40))'; use right, wrong or missed.")
            }
            self = .label(try query.number("label", default: 0, in: range), outcome)
        } else if query["truth"] != nil, target.kind == .classification {
            self = .pair(
                truth: try query.number("truth", default: 0, in: range),
                answer: try query.number("answer", default: 0, in: range))
        } else {
            self = .all
        }
    }
}
