import Learning

/// One of several copies of the controllers of a search that write candidates and learn side by side; the parameters lie
/// elsewhere, with parameter servers.
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

    /// Makes a replica with the parameters that a search starts from.
    /// - Parameters:
    ///   - seed: That of the search.
    ///   - number: Number of the replica, from 0.
    ///   - replicas: How many there are.
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

    /// The parameters of all controllers, one after the other.
    public var parameters: [Float] {
        get { team.parameters }
        set { team.parameters = newValue }
    }

    /// Writes some candidates that are open and differ from each other.
    /// - Parameters:
    ///   - count: How many; fewer come where no more are open.
    ///   - first: How many this replica has written before.
    ///   - history: What was proposed so far.
    ///   - isAllowed: Whether a candidate keeps the limits.
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

    /// The gradient of what trials that have ended tell, averaged over them.
    public mutating func gradient(of trials: [Int], in history: SearchHistory) -> [Float] {
        let rewards = TrialOutcome.rewards(of: trials, among: history.outcomes)
        let advantages = baseline.advantages(of: rewards, decay: settings.baseline)
        let gradients = team.gradients(
            of: trials.map { history.proposals[$0].genome }, advantages: advantages, entropy: settings.entropy)
        return gradients.flatMap { ControllerTeam.numbers(of: Adam.clipped($0, to: ControllerTeam.longestGradient)) }
    }

    /// How even the choices along some trials are: the mean entropy of a decision, in bits, by the controllers' genes.
    public func evenness(along trials: [Int], in history: SearchHistory) -> [String: Double] {
        team.evenness(along: trials.map { history.proposals[$0].genome })
    }
}
