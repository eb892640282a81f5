import Model

/// How pushed values change the parameters.
public enum UpdateRule: Hashable, Sendable {
    /// w ← w + u, for workers that push changes.
    case addition
    /// w ← u: the vector is replaced by the pushed values, for workers that want the mean of all pushed values.
    case replacement
    /// v ← μ v + g; w ← w − η v.
    case gradientDescent(learningRate: Float, momentum: Float = 0)
    /// Adam (Kingma and Ba, 2015) with β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸.
    case adam(learningRate: Float)
}

/// How far apart workers may be.
public enum Consistency: Hashable, Sendable {
    /// Every step waits for all workers, and applies the weighted mean Σ nᵢ uᵢ / Σ nᵢ of their pushed values once.
    case synchronous
    /// Pushed values are applied immediately.
    ///
    /// A worker that has done more than `staleness` steps beyond the slowest waits before it reads again
    /// (stale-synchronous); nil never waits. A `compensation` λ > 0 corrects gradients for what changed since the
    /// worker read: g ← g + λ g ⊙ g ⊙ (w_now − w_read) (delay compensation; Zheng et al., 2017).
    case asynchronous(staleness: Int?, compensation: Float = 0)
}

/// Settings of a parameter server.
public struct ParameterSettings: Hashable, Sendable {
    /// Maximum number of parameters per shard, so that a shard fits into a frame.
    public static let largestShard = 2 << 20

    /// How pushed values change the parameters.
    public var rule: UpdateRule
    /// How far apart workers may be.
    public var consistency: Consistency
    /// Workers that must have joined before the first step counts as done by all.
    public var workers: Int
    /// Number of shards that the vector is split into; more if they would be too large.
    public var shards: Int
    /// How long a worker may be silent before it is removed and the others stop waiting for it.
    public var silence: Duration
    /// Whether the loss of a worker instead ends the work of the others with an error.
    public var failsOnLoss: Bool
    /// Maximum time that a pull is held open.
    public var longestWait = Duration.seconds(30)

    /// Chooses how a server works.
    public init(
        rule: UpdateRule, consistency: Consistency, workers: Int = 1, shards: Int = 1, silence: Duration = .seconds(10),
        failsOnLoss: Bool = false
    ) {
        self.rule = rule
        self.consistency = consistency
        self.workers = workers
        self.shards = shards
        self.silence = silence
        self.failsOnLoss = failsOnLoss
    }

    func check() throws(Failure) {
        func refuse(_ what: String) -> Failure { Failure(.invalidArgument, "A parameter server's \(what).") }
        guard workers >= 1 else { throw refuse("number of workers is \(workers); it must be at least 1") }
        guard shards >= 1 else { throw refuse("number of shards is \(shards); it must be at least 1") }
        guard silence > .zero else { throw refuse("time of silence is \(silence); it must be above 0") }
        guard case .asynchronous(let staleness, let compensation) = consistency else { return }
        if let staleness, staleness < 0 { throw refuse("staleness is \(staleness); it must be at least 0") }
        guard compensation >= 0 else { throw refuse("compensation is \(compensation); it must be at least 0") }
        guard rule != .replacement else {
            throw refuse("rule 'replacement' needs all workers in every step, so it cannot be asynchronous")
        }
    }
}
