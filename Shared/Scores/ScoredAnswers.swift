public import Model

/// A network's answers with the correct answers; computes metrics and their standard errors.
///
/// ```swift
/// let answers = ScoredAnswers(target, outputs: logits, classes: labels)
/// let metrics = answers.metrics()                  // accuracy, macro-f1 …
/// let errors = answers.standardErrors(groups: speakers)
/// ```
public struct ScoredAnswers: Sendable {
    /// Maximum number of rounds of resampling.
    static let mostRounds = 200
    /// Minimum number of rounds, however many samples there are.
    static let fewestRounds = 30
    /// Approximate number of outputs that all rounds examine together.
    static let work = 100_000_000

    private let judge: any Judge
    private let task: Scenario.Task
    private let count: Int
    private let outputs: Int

    /// Takes answers of classes.
    /// - Parameters:
    ///   - outputs: Logits, one row of them for each sample.
    ///   - classes: The class of each sample.
    public init(_ target: Target, outputs: [Float], classes: [Int32]) {
        judge = ClassJudge(logits: outputs, width: target.outputs, classes: classes.map(Int.init))
        task = .classification
        count = classes.count
        self.outputs = target.outputs
    }

    /// Takes answers of labels or numbers.
    /// - Parameters:
    ///   - outputs: Logits or standardized numbers, one row of them for each sample.
    ///   - numbers: The correct answers in the same form: 0 or 1, or standardized numbers.
    public init(_ target: Target, outputs: [Float], numbers: [Float]) {
        let width = max(1, target.outputs)
        judge =
            target.kind == .regression
            ? NumberJudge(outputs: outputs, truth: numbers, target: target)
            : LabelJudge(logits: outputs, truth: numbers, width: width, threshold: target.threshold ?? 0.5)
        task = Scenario.Task(target.kind)
        count = numbers.count / width
        self.outputs = width
    }

    /// The threshold of a multi-label target with which these answers have the best micro-F1; nil if all are equally
    /// good.
    /// - Parameters:
    ///   - outputs: Logits.
    ///   - numbers: The correct labels, 0 or 1.
    public static func bestThreshold(outputs: [Float], numbers: [Float]) -> Double? {
        LabelJudge.bestThreshold(logits: outputs, truth: numbers)
    }

    /// All metrics that are defined for these answers, by name.
    public func metrics() -> [String: Double] {
        judge.metrics(weights: [Double](repeating: 1, count: count))
    }

    /// The standard error of each metric, by the metric's name: how much it varies if samples are drawn again
    /// (bootstrap; Efron 1979). Samples of one group are drawn together, because they are not independent.
    /// - Parameters:
    ///   - groups: The group of each sample; nil if each is its own group.
    ///   - seed: Seed of the draws.
    public func standardErrors(groups: [Int32]?, seed: UInt64 = 1) -> [String: Double] {
        let units = Self.units(groups, count: count)
        guard units.count > 1 else { return [:] }
        let rounds = min(Self.mostRounds, max(Self.fewestRounds, Self.work / max(1, count * outputs)))
        var generator = SplitMix64(seed: seed)
        var values: [String: [Double]] = [:]
        for _ in 0..<rounds {
            var weights = [Double](repeating: 0, count: count)
            for _ in units {
                for sample in units[Int(generator.next() % UInt64(units.count))] { weights[sample] += 1 }
            }
            for (name, value) in judge.metrics(weights: weights) { values[name, default: []].append(value) }
        }
        return values.compactMapValues(Self.deviation)
    }

    private static func units(_ groups: [Int32]?, count: Int) -> [[Int]] {
        guard let groups else { return (0..<count).map { [$0] } }
        return Dictionary(grouping: 0..<count) { groups[$0] }.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func deviation(_ values: [Double]) -> Double? {
        guard values.count > 1 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }
}

/// Computes the metrics of one kind of answers.
protocol Judge: Sendable {
    /// The metrics that are defined, by name.
    /// - Parameter weights: How often each sample counts.
    func metrics(weights: [Double]) -> [String: Double]
}

/// Metrics by name; those without a value are left out.
func named(_ values: [(Metric, Double?)]) -> [String: Double] {
    Dictionary(
        values.compactMap { metric, value in
            guard let value, value.isFinite else { return nil }
            return (metric.name, value)
        }, uniquingKeysWith: { first, _ in first })
}
