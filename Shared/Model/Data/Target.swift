/// What networks learn to answer.
public struct Target: Hashable, Sendable, Codable {
    /// What kind of answer it is.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// One of several classes.
        case classification
        /// Any number of several labels.
        case multiLabel = "multi-label"
        /// One or several numbers.
        case regression
    }

    /// What kind of answer it is.
    public var kind: Kind
    /// Names of the classes or labels, or of the columns of numbers, in the order of a network's outputs.
    public var names: [String]
    /// Regression: the mean of each column over the training samples. Networks learn standardized numbers,
    /// `(number − mean) / deviation`.
    public var means: [Double]?
    /// Regression: the standard deviation of each column over the training samples; never 0.
    public var deviations: [Double]?
    /// Several labels: the probability above which an answer counts as a label, chosen on validation samples; one half
    /// if none was chosen.
    public var threshold: Double?

    /// Describes a target.
    public init(
        _ kind: Kind, names: [String], means: [Double]? = nil, deviations: [Double]? = nil, threshold: Double? = nil
    ) {
        self.kind = kind
        self.names = names
        self.means = means
        self.deviations = deviations
        self.threshold = threshold
    }

    /// The metric name that carries the threshold chosen on validation samples.
    public static let thresholdName = "validation-threshold"

    /// The labels, as indices into `names`, that a network with these probabilities answers.
    public func labels(of probabilities: [Float]) -> [Int] {
        let threshold = Float(threshold ?? 0.5)
        return probabilities.indices.filter { probabilities[$0] > threshold }
    }

    /// Number of outputs of a network per sample.
    public var outputs: Int { names.count }
}
