/// A number by which answers are judged.
///
/// Metrics travel by their names, so services need not know them; what is chosen by one asks it which of two values is better.
public struct Metric: Hashable, Sendable {
    /// Which values are better.
    public enum Direction: Hashable, Sendable {
        /// Larger ones.
        case maximize
        /// Smaller ones.
        case minimize
    }

    /// Its usual name, such as `macro-f1`.
    public let name: String
    /// Which values are better.
    public let direction: Direction
    /// The tasks that it judges.
    public let tasks: Set<Scenario.Task>
    /// Whether it is a share from 0 to 1, which people read as a percentage.
    public let isShare: Bool

    private init(_ name: String, _ tasks: Set<Scenario.Task>, _ direction: Direction = .maximize, isShare: Bool = true)
    {
        self.name = name
        self.direction = direction
        self.tasks = tasks
        self.isShare = isShare
    }

    /// The known metric of a name; nil where there is none.
    public init?(named name: String) {
        guard let metric = Self.byName[name] else { return nil }
        self = metric
    }

    /// How good a value is: larger is better, whatever the direction.
    public func utility(of value: Double) -> Double { direction == .maximize ? value : -value }

    /// The name under which its value on a part of the data travels, such as `validation-macro-f1`.
    public func name(on split: String) -> String { "\(split)-\(name)" }

    /// The name under which the standard error of a metric's value travels.
    public static func error(of name: String) -> String { "\(name)-error" }
}

extension Metric {
    /// Share of samples answered right.
    public static let accuracy = Metric("accuracy", [.classification])
    /// Mean share of each class answered right, so that all classes count the same.
    public static let balancedAccuracy = Metric("balanced-accuracy", [.classification])
    /// Mean F1 of the classes or labels, so that all count the same.
    public static let macroF1 = Metric("macro-f1", [.classification, .multiLabel])
    /// Mean F1 of the classes by their numbers of samples.
    public static let weightedF1 = Metric("weighted-f1", [.classification])
    /// Share of samples whose class is among the five surest answers.
    public static let topFiveAccuracy = Metric("top-5-accuracy", [.classification])
    /// Mean negative logarithm of the probability of what is right.
    public static let logLoss = Metric("log-loss", [.classification], .minimize, isShare: false)
    /// Area under the curve of true over false positives, one class or label against the rest, all counting the same.
    public static let auroc = Metric("auroc", [.classification, .multiLabel])
    /// Average precision of one class against the rest, all counting the same; of two classes that of the second.
    public static let auprc = Metric("auprc", [.classification])
    /// Matthews' correlation of answers and truth.
    public static let mcc = Metric("mcc", [.classification], isShare: false)
    /// Mean distance of sureness and share of right answers in 15 bands of sureness.
    public static let calibrationError = Metric("calibration-error", [.classification], .minimize)
    /// F1 of all labels of all samples together.
    public static let microF1 = Metric("micro-f1", [.multiLabel])
    /// Mean average precision of the labels.
    public static let meanAveragePrecision = Metric("map", [.multiLabel])
    /// Share of samples all of whose labels were answered right.
    public static let exactMatch = Metric("exact-match", [.multiLabel])
    /// Mean absolute error, in the numbers' own unit.
    public static let mae = Metric("mae", [.regression], .minimize, isShare: false)
    /// Root of the mean squared error, in the numbers' own unit.
    public static let rmse = Metric("rmse", [.regression], .minimize, isShare: false)
    /// Share of the numbers' variance that is explained; below 0 where their mean would do better.
    public static let r2 = Metric("r2", [.regression], isShare: false)
    /// Spearman's rank correlation.
    public static let spearman = Metric("spearman", [.regression], isShare: false)
    /// Tracking: how long everybody is found under one identity.
    public static let idf1 = Metric("idf1", [.tracking])
    /// Tracking: misses, inventions and switches of identities; may be below 0.
    public static let mota = Metric("mota", [.tracking])
    /// Tracking: detection and association in balance.
    public static let hota = Metric("hota", [.tracking])

    /// All metrics that are known; of each task the usual one first.
    public static let all = [
        accuracy, balancedAccuracy, microF1, macroF1, weightedF1, topFiveAccuracy, logLoss, auroc, auprc, mcc,
        calibrationError, meanAveragePrecision, exactMatch, r2, mae, rmse, spearman, idf1, mota, hota,
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The metrics that judge a task, the usual one first.
    ///
    /// Several labels are judged by micro-F1 where nothing else is said: a rare label without any positive among a trial's few
    /// validation samples would make macro-F1 jump.
    public static func of(_ task: Scenario.Task) -> [Metric] { all.filter { $0.tasks.contains(task) } }

    /// What a task is judged by where nothing is said.
    public static func usual(for task: Scenario.Task) -> Metric { of(task).first ?? .accuracy }
}

extension Scenario.Task {
    /// The task of a target.
    public init(_ kind: Target.Kind) {
        switch kind {
        case .classification: self = .classification
        case .multiLabel: self = .multiLabel
        case .regression: self = .regression
        }
    }
}
