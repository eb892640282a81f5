/// What the helper program for data is asked to judge a package on.
public struct EvaluationRequest: Codable, Sendable {
    /// How the data are read; what is not said is as in training.
    public var settings: DataSettings
    /// Column whose values part the samples, such as a speaker; nil for none.
    public var group: String?
    /// How many of the worst samples are told.
    public var worst: Int
    /// Whether the answer for each row is told.
    public var tellsRows: Bool

    /// Asks for an evaluation.
    public init(settings: DataSettings, group: String? = nil, worst: Int, tellsRows: Bool) {
        self.settings = settings
        self.group = group
        self.worst = worst
        self.tellsRows = tellsRows
    }
}

/// A line of the answer: first the target and the columns that are compared, then rows where they are asked for, rows that
/// could not be judged, how far it is, and in the end the evaluation.
public struct EvaluationMessage: Codable, Sendable {
    /// What the numbers stand for.
    public var target: Target?
    /// The columns that have what is right.
    public var columns: [String]?
    /// A row, judged or not.
    public var row: JudgedRow?
    /// Rows that are done.
    public var done: Int?
    /// What it came to.
    public var evaluation: PackageEvaluation?
    /// Why there is none.
    public var failure: Failure?

    /// Says something.
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

/// A row of a user's data beside a network's answer for it.
public struct JudgedRow: Codable, Hashable, Sendable {
    /// Where it stands, such as `people.csv, row 7`.
    public var place: String
    /// What is right, as the data have it; empty where they do not say.
    public var truth: String
    /// Its group; nil where none is asked for.
    public var group: String?
    /// Probabilities of classes or labels, or numbers; nil where the row could not be judged.
    public var answer: [Float]?
    /// How wrong the answer is: larger is worse.
    public var error: Double?
    /// Why it could not be judged.
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
        /// What they have in common, such as a speaker's name.
        public var group: String
        /// How many there are.
        public var samples: Int
        /// Metrics by name.
        public var metrics: [String: Double]
        /// Their standard errors.
        public var errors: [String: Double]

        /// Describes a part.
        public init(group: String, samples: Int, metrics: [String: Double], errors: [String: Double]) {
            self.group = group
            self.samples = samples
            self.metrics = metrics
            self.errors = errors
        }
    }

    /// Samples that were judged.
    public var samples = 0
    /// Rows that could not be judged.
    public var unjudged = 0
    /// Samples that metrics are computed from, where that are fewer: drawn at random.
    public var drawn: Int?
    /// Metrics by name.
    public var metrics: [String: Double] = [:]
    /// Their standard errors.
    public var errors: [String: Double] = [:]
    /// Classification: samples by true class (rows) and answer (columns).
    public var confusion: [[Int]]?
    /// Labels: for each how often it was right, given without being right, and missed.
    public var labels: [LabelCounts]?
    /// The worst samples, the worst first.
    public var worst: [JudgedRow] = []
    /// The groups, the largest first.
    public var groups: [Part] = []
    /// Groups beyond the most that are told.
    public var moreGroups = 0

    /// Answers for one label.
    public struct LabelCounts: Codable, Hashable, Sendable {
        /// Right, too many, missed.
        public var right = 0, wrong = 0, missed = 0

        /// Starts at zero.
        public init() {}
    }

    /// Nothing is judged yet.
    public init() {}
}
