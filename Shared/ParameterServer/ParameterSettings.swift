import Model

/// How what workers push changes the parameters.
public enum UpdateRule: Hashable, Sendable {
    /// w ← w + u, for workers that push changes.
    case addition
    /// w ← u: the vector becomes what was pushed, for workers that want the mean of what all pushed.
    case replacement
    /// v ← μ v + g; w ← w − η v.
    case gradientDescent(learningRate: Float, momentum: Float = 0)
    /// Adam (Kingma and Ba, 2015) with β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸.
    case adam(learningRate: Float)
}

/// How far workers may be apart.
public enum Consistency: Hashable, Sendable {
    /// Every step waits for all workers, and applies the weighted mean Σ nᵢ uᵢ / Σ nᵢ of what they pushed once.
    case synchronous
    /// What a worker pushes is applied at once.
    ///
    /// A worker that has done more than `staleness` steps beyond the slowest waits before it reads again (stale-synchronous);
    /// nil never waits. A `compensation` λ > 0 corrects gradients for what changed since the worker read:
    /// g ← g + λ g ⊙ g ⊙ (w_now − w_read) (delay compensation; Zheng et al., 2017).
    case asynchronous(staleness: Int?, compensation: Float = 0)
}

/// The numbers by which a parameter server works.
public struct ParameterSettings: Hashable, Sendable {
    /// Most parameters of a shard, so that one fits into a frame.
    public static let largestShard = 2 << 20

    /// How what workers push changes the parameters.
    public var rule: UpdateRule
    /// How far workers may be apart.
    public var consistency: Consistency
    /// Workers that must have joined before the first step counts as done by all.
    public var workers: Int
    /// Shards that the vector is split into; more where they would be too large.
    public var shards: Int
    /// How long a worker may be silent before it is forgotten and nobody waits for it.
    public var silence: Duration
    /// Whether the loss of a worker ends the work of the others with an error instead.
    public var failsOnLoss: Bool
    /// Longest time that a pull is held open.
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
        guard workers >= 1 else { throw refuse("number of workers is \(workers); at least 1 is needed") }
        guard shards >= 1 else { throw refuse("number of shards is \(shards); at least 1 is needed") }
        guard silence > .zero else { throw refuse("time of silence is \(silence); above 0 is needed") }
        guard case .asynchronous(let staleness, let compensation) = consistency else { return }
        if let staleness, staleness < 0 { throw refuse("staleness is \(staleness); 0 or more is needed") }
        guard compensation >= 0 else { throw refuse("compensation is \(compensation); 0 or more is needed") }
        guard rule != .replacement else {
            throw refuse("rule 'replacement' needs all workers in every step, so it cannot be asynchronous")
        }
    }
}
