import Model

/// Asynchronous successive halving: every trial is trained briefly and paused. The best trials at each rung continue
/// from their checkpoints with a larger budget; the others stay paused.
///
/// It decides which training comes next and knows nothing about networks: a training either starts a new trial or
/// continues a paused one. The outcomes of trainings 0 to k − lag determine training k, so the decisions are the same
/// for any number of workers up to the lag.
///
/// ```swift
/// var halving = try SuccessiveHalving(.init(budgets: [1, 3, 9], reduction: 3, trials: 27, lag: 4))
/// while case .training(let training) = halving.ask() {
///     try halving.tell(training.number, measure(training.trial, epochs: training.budget))
/// }
/// ```
public struct SuccessiveHalving: Hashable, Sendable, Codable {
    /// Budgets and number of trials.
    public struct Settings: Hashable, Sendable, Codable {
        /// Cumulative budget, such as epochs, at each rung.
        public let budgets: [Int]
        /// One in this many trials of a rung is promoted.
        public let reduction: Int
        /// Total number of new trials.
        public let trials: Int
        /// Maximum number of concurrent trainings.
        public let lag: Int

        /// Makes settings.
        /// - Throws: `Failure` with code `invalid-argument` if budgets do not grow or a number is too small.
        public init(budgets: [Int], reduction: Int = 3, trials: Int, lag: Int = 1) throws {
            guard let first = budgets.first, first > 0, zip(budgets, budgets.dropFirst()).allSatisfy(<) else {
                throw Failure(
                    .invalidArgument,
                    "Successive halving needs positive budgets that grow from rung to rung, not \(budgets).")
            }
            guard reduction >= 2, trials >= 1, lag >= 1 else {
                throw Failure(
                    .invalidArgument,
                    "Successive halving needs a reduction of at least 2, and at least 1 trial at a time.")
            }
            self.budgets = budgets
            self.reduction = reduction
            self.trials = trials
            self.lag = lag
        }
    }

    /// One training.
    public struct Training: Hashable, Sendable, Codable {
        /// Number, from 0, in the order in which trainings start.
        public let number: Int
        /// The trial, from 0.
        public let trial: Int
        /// The rung that it reaches, from 0; above 0 the trial continues from its checkpoint.
        public let rung: Int
        /// Cumulative budget of the trial after this training.
        public let budget: Int
    }

    /// The next action.
    public enum Answer: Hashable, Sendable {
        /// Run this training.
        case training(Training)
        /// Wait for this training to end.
        case waiting(for: Int)
        /// Nothing is left to do.
        case finished
    }

    /// Budgets and limits.
    public let settings: Settings
    /// All trainings so far.
    public private(set) var trainings: [Training] = []
    private var outcomes: [TrialOutcome?] = []
    private var settled = 0
    /// Total number of new trials, which is smaller if the candidates run out.
    private var limit: Int

    /// Makes a run that has not begun.
    public init(_ settings: Settings) {
        self.settings = settings
        limit = settings.trials
    }

    /// Starts no more new trials, because there are no candidates left.
    public mutating func startNoMore() { limit = trainings.count { $0.rung == 0 } }

    /// The next training: the best trial that deserves promotion on the highest rung, otherwise a new trial.
    public mutating func ask() -> Answer {
        let number = trainings.count
        let visible = max(0, number - settings.lag + 1)
        if visible > settled { return .waiting(for: settled) }
        if let (trial, rung) = promotion(among: visible) { return begin(trial, rung) }
        let started = trainings.count { $0.rung == 0 }
        if started < limit { return begin(started, 0) }
        // Trainings under way may still earn promotions.
        return settled < number ? .waiting(for: settled) : lastPromotion()
    }

    /// Records the outcome of a training; repeating it changes nothing.
    /// - Throws: `Failure` with code `not-found` for an unknown number, `conflict` for a second, different outcome.
    public mutating func tell(_ number: Int, _ outcome: TrialOutcome) throws {
        guard outcomes.indices.contains(number) else {
            throw Failure(.notFound, "There is no training \(number) whose outcome could be recorded.")
        }
        guard outcomes[number] == nil || outcomes[number] == outcome else {
            throw Failure(.conflict, "Training \(number) already has another outcome.")
        }
        outcomes[number] = outcome
        while settled < outcomes.count, outcomes[settled] != nil { settled += 1 }
    }

    /// The objective of a trial on its highest completed rung.
    public func objective(of trial: Int) -> (rung: Int, objective: Double)? {
        trainings.last { $0.trial == trial && outcomes[$0.number]?.objective != nil }
            .flatMap { training in outcomes[training.number]?.objective.map { (training.rung, $0) } }
    }

    // MARK: Promotion

    private mutating func begin(_ trial: Int, _ rung: Int) -> Answer {
        let training = Training(
            number: trainings.count, trial: trial, rung: rung, budget: settings.budgets[rung])
        trainings.append(training)
        outcomes.append(nil)
        return .training(training)
    }

    /// With all trials started and nothing under way, the visible trainings are all trainings.
    private mutating func lastPromotion() -> Answer {
        guard let (trial, rung) = promotion(among: settled) else { return .finished }
        return begin(trial, rung)
    }

    /// The trial to promote and its next rung; the highest rung comes first.
    private func promotion(among visible: Int) -> (trial: Int, rung: Int)? {
        for rung in settings.budgets.indices.dropLast().reversed() {
            let promoted = Set(trainings.lazy.filter { $0.rung == rung + 1 }.map(\.trial))
            let reached = trainings[..<visible].filter { $0.rung == rung }
            let best = Self.ranked(reached.map { ($0.trial, outcomes[$0.number]) })
                .prefix(reached.count / settings.reduction)
            if let next = best.first(where: { !promoted.contains($0) }) {
                return (next, rung + 1)
            }
        }
        return nil
    }

    /// The measured trials, best first: by front, then by the main objective, so that low cost alone promotes nothing.
    private static func ranked(_ trials: [(number: Int, outcome: TrialOutcome?)]) -> [Int] {
        let measured = trials.compactMap { trial in
            trial.outcome?.objectives.map { (number: trial.number, objectives: $0) }
        }
        let isSimple = measured.allSatisfy { $0.objectives.count == 1 }
        let fronts =
            isSimple ? measured.map { _ in 0 } : ParetoRanking(measured.map(\.objectives)).fronts
        let order = measured.indices.sorted { first, second in
            (-fronts[first], measured[first].objectives[0], -measured[first].number)
                > (-fronts[second], measured[second].objectives[0], -measured[second].number)
        }
        return order.map { measured[$0].number }
    }
}
