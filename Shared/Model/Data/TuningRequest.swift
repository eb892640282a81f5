/// A request to the helper program for data to fine-tune a pretrained network.
public struct TuningRequest: Sendable, Codable {
    /// The data and the network, as in the request for its features.
    public var view: ViewRequest
    /// Time limit in seconds; nil for none. With a limit, it does not start if a single epoch would take longer.
    public var seconds: Double?

    /// Makes a request.
    public init(view: ViewRequest, seconds: Double?) {
        self.view = view
        self.seconds = seconds
    }
}

/// The outcome of fine-tuning a pretrained network.
public struct Tuning: Hashable, Sendable, Codable {
    /// The metric on validation samples.
    public var metric: String
    /// Its value with a new head on the frozen network.
    public var before: Double
    /// Its value at the best epoch.
    public var after: Double
    /// Whether fine-tuning improved the metric.
    public var isBetter: Bool
    /// The number of the best epoch; 0 if a new head alone is best.
    public var bestEpoch: Int
    /// Number of epochs that were trained.
    public var epochs: Int
    /// Number of trained weights, including those of adapters.
    public var weights: Int
    /// Rank of the adapters that were trained instead of the matrices of attention layers; nil if there are none.
    public var rank: Int?
    /// Duration in seconds.
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
