/// What a simple model reaches on the same splits as the networks of a search.
public struct Baseline: Hashable, Sendable, Codable {
    /// The model in words, such as `boosted trees`.
    public var name: String
    /// Metrics by the names under which they travel, such as `test-accuracy` and `test-accuracy-error`.
    public var metrics: [String: Double]
    /// Training samples that it saw.
    public var samples: Int

    /// Keeps what a model reached.
    public init(name: String, metrics: [String: Double], samples: Int) {
        self.name = name
        self.metrics = metrics
        self.samples = samples
    }
}

/// A line of the helper program that trains simple models.
public struct BaselineMessage: Codable, Sendable {
    /// What one of them reached.
    public var baseline: Baseline?
    /// Why there are no more.
    public var failure: Failure?

    /// Makes a line.
    public init(baseline: Baseline? = nil, failure: Failure? = nil) {
        self.baseline = baseline
        self.failure = failure
    }
}
