/// Asks the helper program for data to train a pretrained network further.
public struct TuningRequest: Sendable, Codable {
    /// The data and the network, as for its features.
    public var view: ViewRequest
    /// Seconds that it may take; nil for as long as all epochs need. With a limit it is not begun where one epoch takes longer.
    public var seconds: Double?

    /// Asks for a training.
    public init(view: ViewRequest, seconds: Double?) {
        self.view = view
        self.seconds = seconds
    }
}

/// What training a pretrained network further came to.
public struct Tuning: Hashable, Sendable, Codable {
    /// The metric on validation samples.
    public var metric: String
    /// Its value with a new head and all else as it was.
    public var before: Double
    /// Its value at the best epoch.
    public var after: Double
    /// Whether that is better.
    public var isBetter: Bool
    /// The number of the best epoch; 0 where a new head alone is best.
    public var bestEpoch: Int
    /// Epochs that were trained.
    public var epochs: Int
    /// Weights that learned, adapters among them.
    public var weights: Int
    /// Rank of the adapters that learned in place of the matrices of attention layers; nil where weights themselves did.
    public var rank: Int?
    /// What it took.
    public var seconds: Double

    /// Describes an outcome.
    public init(
        metric: String, before: Double, after: Double, isBetter: Bool, bestEpoch: Int, epochs: Int, weights: Int,
        rank: Int?, seconds: Double
    ) {
        self.metric = metric
        self.before = before
        self.after = after
        self.isBetter = isBetter
        self.bestEpoch = bestEpoch
        self.epochs = epochs
        self.weights = weights
        self.rank = rank
        self.seconds = seconds
    }
}
