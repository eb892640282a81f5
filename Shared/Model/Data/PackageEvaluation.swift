/// Asks the data helper to evaluate a package on some data.
public struct EvaluationRequest: Codable, Sendable {
    /// How the data is read; settings left out are as in training.
    public var settings: DataSettings
    /// Column by which to group the samples, such as the speaker; nil for none.
    public var group: String?
    /// How many of the worst samples to report.
    public var worst: Int
    /// Whether to report the answer for each row.
    public var tellsRows: Bool

    /// Asks for an evaluation.
    public init(settings: DataSettings, group: String? = nil, worst: Int, tellsRows: Bool) {
        self.settings = settings
        self.group = group
        self.worst = worst
        self.tellsRows = tellsRows
    }
}

/// A line of the reply: first the target and the columns that are compared, then rows if requested, rows that could not
/// be evaluated, the progress, and finally the evaluation.
public struct EvaluationMessage: Codable, Sendable {
    /// What the numbers mean.
    public var target: Target?
    /// The columns with the correct answers.
    public var columns: [String]?
    /// A row, evaluated or not.
    public var row: JudgedRow?
    /// Number of rows that are done.
    public var done: Int?
    /// The final result, in the last line.
    public var evaluation: PackageEvaluation?
    /// Why there is no evaluation.
    public var failure: Failure?

    /// Makes a line.
    public init(
        target: Target? = nil, columns: [String]? = nil, row: JudgedRow? = nil, done: Int? = nil,
        evaluation: PackageEvaluation? = nil, failure: Failure? = nil
    ) {
        self.target = target
        self.columns = columns
        self.row = row
        self.done = done
        self.evaluation = evaluation
        self.failure = failure
    }
}

/// A row of a user's data with a network's answer for it.
public struct JudgedRow: Codable, Hashable, Sendable {
    /// Position of the row, such as `people.csv, row 7`.
    public var place: String
    /// The correct answer according to the data; empty if the data has none.
    public var truth: String
    /// The row's group; nil if none was requested.
    public var group: String?
    /// Probabilities of classes or labels, or numbers; nil if the row could not be evaluated.
    public var answer: [Float]?
    /// How wrong the answer is: larger is worse.
    public var error: Double?
    /// Why the row could not be evaluated.
    public var failure: Failure?

    /// Describes a row.
    public init(
        place: String, truth: String = "", group: String? = nil, answer: [Float]? = nil, error: Double? = nil,
        failure: Failure? = nil
    ) {
        self.place = place
        self.truth = truth
        self.group = group
        self.answer = answer
        self.error = error
        self.failure = failure
    }
}

/// How good a package's answers are on some data.
public struct PackageEvaluation: Codable, Hashable, Sendable {
    /// Metrics of some samples.
    public struct Part: Codable, Hashable, Sendable {
        /// The value that the samples share, such as a speaker's name.
        public var group: String
        /// Number of samples.
        public var samples: Int
        /// Metrics by name.
        public var metrics: [String: Double]
        /// Standard errors of the metrics.
        public var errors: [String: Double]

        /// Describes a group.
        public init(group: String, samples: Int, metrics: [String: Double], errors: [String: Double]) {
            self.group = group
            self.samples = samples
            self.metrics = metrics
            self.errors = errors
        }
    }

    /// Number of samples that were evaluated.
    public var samples = 0
    /// Number of rows that could not be evaluated.
    public var unjudged = 0
    /// Number of samples from which metrics are computed, if fewer; they are drawn at random.
    public var drawn: Int?
    /// Metrics by name.
    public var metrics: [String: Double] = [:]
    /// Standard errors of the metrics.
    public var errors: [String: Double] = [:]
    /// Classification: samples by true class (rows) and answer (columns).
    public var confusion: [[Int]]?
    /// Labels: for each, how often it was right, given wrongly, and missed.
    public var labels: [LabelCounts]?
    /// The worst samples, worst first.
    public var worst: [JudgedRow] = []
    /// The groups, largest first.
    public var groups: [Part] = []
    /// Number of groups beyond the maximum that is reported.
    public var moreGroups = 0

    /// Answers for one label.
    public struct LabelCounts: Codable, Hashable, Sendable {
        /// True positives, false positives, misses.
        public var right = 0, wrong = 0, missed = 0

        /// Starts at zero.
        public init() {}
    }

    /// Starts with nothing evaluated.
    public init() {}
}
