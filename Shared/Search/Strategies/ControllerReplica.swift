import Learning

/// One of several copies of a search's controllers that write candidates and learn in parallel; parameter servers hold
/// the parameters.
///
/// ```swift
/// var replica = ControllerReplica(settings, in: space, seed: 7)
/// replica.parameters = try await shards.pull()
/// let children = replica.write(settings.batch, from: 0, history) { _ in true }
/// …                                                    // they are tried
/// try await shards.push(replica.gradient(of: trials, in: history))
/// ```
/// A single replica that writes batch after batch gives the trace of `SearchPlan.reinforcement` with the same settings.
public struct ControllerReplica: Sendable {
    private let settings: Reinforcement.Settings
    private let seed: UInt64
    private let number: Int
    private let replicas: Int
    private var team: ControllerTeam
    private var baseline = RewardBaseline()

    /// Makes a replica with the initial parameters of a search.
    /// - Parameters:
    ///   - seed: Seed of the search.
    ///   - number: Number of the replica, from 0.
    ///   - replicas: Total number of replicas.
    public init(
        _ settings: Reinforcement.Settings, in space: SearchSpace, seed: UInt64, number: Int = 0, of replicas: Int = 1
    ) {
        precondition((0..<replicas).contains(number), "there is no replica \(number) of \(replicas)")
        self.settings = settings
        self.seed = seed
        self.number = number
        self.replicas = replicas
        team = ControllerTeam(space, size: settings.size, seed: seed)
    }

    /// The concatenated parameters of all controllers.
    public var parameters: [Float] {
        get { team.parameters }
        set { team.parameters = newValue }
    }

    /// Writes candidates that are not yet taken and differ from each other.
    /// - Parameters:
    ///   - count: How many; fewer are returned if no more are available.
    ///   - first: Number of candidates that this replica wrote before.
    ///   - history: The proposals so far.
    ///   - isAllowed: Whether a candidate is within the limits.
    public func write(
        _ count: Int, from first: Int, _ history: SearchHistory, where isAllowed: (Genome) -> Bool
    ) -> [Genome] {
        var history = history
        var written: [Genome] = []
        withoutActuallyEscaping(isAllowed) { isAllowed in
            for child in first..<first + count {
                var generator = SeededGenerator(seed: seed, stream: UInt64(child * replicas + number))
                let view = SearchView(history: history, visible: 0, isAllowed: isAllowed)
                let genome = team.draw(where: view.isOpen, using: &generator) ?? view.unseen(using: &generator)
                guard let genome else { return }
                _ = history.propose(Suggestion(genome, origin: ""))
                written.append(genome)
            }
        }
        return written
    }

    /// The mean gradient of trials that have ended.
    public mutating func gradient(of trials: [Int], in history: SearchHistory) -> [Float] {
        let rewards = TrialOutcome.rewards(of: trials, among: history.outcomes)
        let advantages = baseline.advantages(of: rewards, decay: settings.baseline)
        let gradients = team.gradients(
            of: trials.map { history.proposals[$0].genome }, advantages: advantages, entropy: settings.entropy)
        return gradients.flatMap { ControllerTeam.numbers(of: Adam.clipped($0, to: ControllerTeam.longestGradient)) }
    }

    /// The mean entropy of the controllers' decisions along some trials in bits, by the controllers' genes.
    public func evenness(along trials: [Int], in history: SearchHistory) -> [String: Double] {
        team.evenness(along: trials.map { history.proposals[$0].genome })
    }
}
