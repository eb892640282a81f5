import Learning

/// Reinforcement learning: recurrent controllers write candidates, and their outcomes make the choices that led to good
/// ones more probable (REINFORCE, Williams 1992; Zoph and Le 2017).
///
/// Each gene with several decisions, such as that of a modality, has its own controller; genes with a single decision
/// share one. A batch of trials is drawn from the same probabilities; then the controllers make one step. Rewards
/// derive from the shares of trials so far that are worse, so that scale does not matter; their moving average is the
/// baseline.
public struct Reinforcement: SearchStrategy {
    /// Settings of the learning.
    public struct Settings: Hashable, Sendable, Codable {
        /// Number of trials per step.
        public var batch: Int
        /// Learning rate of Adam.
        public var learningRate: Double
        /// Weight of the entropy relative to the reward.
        public var entropy: Double
        /// Weight of the old baseline in the new one.
        public var baseline: Double
        /// Size of the controllers' memory.
        public var size: Int
        /// Maximum number of trials under way at once.
        public var lag: Int

        /// Makes settings.
        public init(
            batch: Int = 1, learningRate: Double = 0.01, entropy: Double = 0.1, baseline: Double = 0.9, size: Int = 32,
            lag: Int = 1
        ) {
            precondition(batch >= 1 && size >= 1, "the batch and the memory must be at least 1")
            self.batch = batch
            self.learningRate = learningRate
            self.entropy = entropy
            self.baseline = baseline
            self.size = size
            self.lag = lag
        }
    }

    let settings: Settings
    private(set) var team: ControllerTeam
    private var optimizers: [Adam]
    private var baseline = RewardBaseline()
    /// Number of trials learned from.
    private var learned = 0
    private var diagnostics: [SearchDiagnostics] = []

    init(settings: Settings, space: SearchSpace, seed: UInt64) {
        self.settings = settings
        team = ControllerTeam(space, size: settings.size, seed: seed)
        optimizers = team.controllers.map {
            Adam($0.parameters, learningRate: settings.learningRate, clip: ControllerTeam.longestGradient)
        }
    }

    func visible(at number: Int) -> Int {
        visibleTrials(at: number, lag: settings.lag) / settings.batch * settings.batch
    }

    mutating func propose(_ view: SearchView, using generator: inout SeededGenerator) -> Suggestion? {
        while learned < view.visible { learn(view) }
        return team.draw(where: view.isOpen, using: &generator).map {
            Suggestion($0, origin: "controller after \(learned)")
        }
    }

    mutating func takeDiagnostics() -> [SearchDiagnostics] {
        defer { diagnostics = [] }
        return diagnostics
    }

    /// Learns from the next batch.
    private mutating func learn(_ view: SearchView) {
        let batch = learned..<(learned + settings.batch)
        let genomes = batch.map { view.history.proposals[$0].genome }
        let rewards = TrialOutcome.rewards(of: batch, among: view.history.outcomes.prefix(batch.upperBound))
        let advantages = baseline.advantages(of: rewards, decay: settings.baseline)
        let gradients = team.gradients(of: genomes, advantages: advantages, entropy: settings.entropy)
        for index in gradients.indices { team.step(index, &optimizers[index], gradients[index]) }
        learned = batch.upperBound
        diagnostics.append(SearchDiagnostics(trials: learned, findings: .entropies(team.evenness(along: genomes))))
    }
}
