/// A metric that scores answers.
///
/// Messages and databases hold metrics by name, so services need not know them; code that chooses by a metric asks it
/// which of two values is better.
public struct Metric: Hashable, Sendable {
    /// Which values are better.
    public enum Direction: Hashable, Sendable {
        /// Larger ones.
        case maximize
        /// Smaller ones.
        case minimize
    }

    /// Its common name, such as `macro-f1`.
    public let name: String
    /// Which values are better.
    public let direction: Direction
    /// The tasks that it applies to.
    public let tasks: Set<Scenario.Task>
    /// Whether it is a share from 0 to 1, which is shown as a percentage.
    public let isShare: Bool

    private init(_ name: String, _ tasks: Set<Scenario.Task>, _ direction: Direction = .maximize, isShare: Bool = true)
    {
        self.name = name
        self.direction = direction
        self.tasks = tasks
        self.isShare = isShare
    }

    /// The known metric with a given name; nil if there is none.
    public init?(named name: String) {
        guard let metric = Self.byName[name] else { return nil }
        self = metric
    }

    /// A score for which larger is always better, regardless of the metric's direction.
    public func utility(of value: Double) -> Double { direction == .maximize ? value : -value }

    /// The name for its value on a split, such as `validation-macro-f1`.
    public func name(on split: String) -> String { "\(split)-\(name)" }

    /// The name for the standard error of its value.
    public static func error(of name: String) -> String { "\(name)-error" }
}

extension Metric {
    /// Share of samples answered correctly.
    public static let accuracy = Metric("accuracy", [.classification])
    /// Mean over classes of the share answered correctly, so that all classes count the same.
    public static let balancedAccuracy = Metric("balanced-accuracy", [.classification])
    /// Mean F1 over classes or labels, so that all count the same.
    public static let macroF1 = Metric("macro-f1", [.classification, .multiLabel])
    /// Mean F1 over classes, weighted by their number of samples.
    public static let weightedF1 = Metric("weighted-f1", [.classification])
    /// Share of samples whose class is among the five most probable answers.
    public static let topFiveAccuracy = Metric("top-5-accuracy", [.classification])
    /// Mean negative logarithm of the probability of the correct answer.
    public static let logLoss = Metric("log-loss", [.classification], .minimize, isShare: false)
    /// Area under the ROC curve, one class or label against the rest, all counting the same.
    public static let auroc = Metric("auroc", [.classification, .multiLabel])
    /// Average precision of one class against the rest, all counting the same; for two classes, that of the second.
    public static let auprc = Metric("auprc", [.classification])
    /// Matthews correlation coefficient of answers and truth.
    public static let mcc = Metric("mcc", [.classification], isShare: false)
    /// Mean gap between confidence and share of correct answers, over 15 bins of confidence.
    public static let calibrationError = Metric("calibration-error", [.classification], .minimize)
    /// F1 of all labels of all samples together.
    public static let microF1 = Metric("micro-f1", [.multiLabel])
    /// Mean average precision of the labels.
    public static let meanAveragePrecision = Metric("map", [.multiLabel])
    /// Share of samples for which all labels were answered correctly.
    public static let exactMatch = Metric("exact-match", [.multiLabel])
    /// Mean absolute error, in the numbers' own unit.
    public static let mae = Metric("mae", [.regression], .minimize, isShare: false)
    /// Square root of the mean squared error, in the numbers' own unit.
    public static let rmse = Metric("rmse", [.regression], .minimize, isShare: false)
    /// Share of the numbers' variance that is explained; negative if their mean would do better.
    public static let r2 = Metric("r2", [.regression], isShare: false)
    /// Spearman's rank correlation.
    public static let spearman = Metric("spearman", [.regression], isShare: false)
    /// Tracking: how consistently each person keeps one identity.
    public static let idf1 = Metric("idf1", [.tracking])
    /// Tracking: accounts for misses, false detections and identity switches; may be negative.
    public static let mota = Metric("mota", [.tracking])
    /// Tracking: balances detection and association.
    public static let hota = Metric("hota", [.tracking])

    /// All known metrics; for each task, the default comes first.
    public static let all = [
        accuracy, balancedAccuracy, microF1, macroF1, weightedF1, topFiveAccuracy, logLoss, auroc, auprc, mcc,
        calibrationError, meanAveragePrecision, exactMatch, r2, mae, rmse, spearman, idf1, mota, hota,
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The metrics of a task, the default first.
    ///
    /// The default for several labels is micro-F1: a rare label without any positives among a trial's few validation
    /// samples would make macro-F1 jump.
    public static func of(_ task: Scenario.Task) -> [Metric] { all.filter { $0.tasks.contains(task) } }

    /// The default metric of a task.
    public static func usual(for task: Scenario.Task) -> Metric { of(task).first ?? .accuracy }
}

extension Scenario.Task {
    /// The task that a target implies.
    public init(_ kind: Target.Kind) {
        switch kind {
        case .classification: self = .classification
        case .multiLabel: self = .multiLabel
        case .regression: self = .regression
        }
    }
}
