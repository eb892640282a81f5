public import Model

/// A search method with its settings.
public enum SearchPlan: Hashable, Sendable, Codable {
    /// Every allowed candidate equally likely.
    case random
    /// Selection, crossover and mutation, with an elite.
    case evolution(Evolution.Settings)
    /// Selection and mutation; the oldest die.
    case aging(AgingEvolution.Settings)
    /// From the best trial to its neighbors.
    case local(LocalSearch.Settings)
    /// Recurrent controllers that learn which choices are good.
    case reinforcement(Reinforcement.Settings)
    /// An encoder, a predictor and a decoder; points move uphill.
    case neural(NeuralOptimization.Settings)
    /// A Gaussian process that predicts the value of networks.
    case predictor(PredictorSearch.Settings)
    /// Layer by layer, guided by a surrogate.
    case progressive(ProgressiveSearch.Settings)

    /// Makes the strategy in its initial state.
    func strategy(in space: SearchSpace, seed: UInt64) -> any SearchStrategy {
        switch self {
        case .random: RandomSearch()
        case .evolution(let settings): Evolution(settings: settings)
        case .aging(let settings): AgingEvolution(settings: settings)
        case .local(let settings): LocalSearch(settings: settings, seed: seed)
        case .reinforcement(let settings): Reinforcement(settings: settings, space: space, seed: seed)
        case .neural(let settings): NeuralOptimization(settings: settings, space: space, seed: seed)
        case .predictor(let settings): PredictorSearch(settings: settings, space: space)
        case .progressive(let settings): ProgressiveSearch(settings: settings, space: space, seed: seed)
        }
    }
}

extension SearchMethod {
    /// A searcher of this method for a number of trials, of which a population can be under way at once, with its
    /// earlier proposals and outcomes.
    public func searcher(
        population: Int, trials: Int, seed: UInt64, seeds: [Genome] = [], history: SearchHistory
    ) -> Searcher {
        let method = choice(in: history.space, trials: trials).method
        // A population has no place for more seeds; without a population, all are tried.
        return Searcher(
            method.plan(population: population, trials: trials), seed: seed,
            seeds: method == .random ? seeds : Array(seeds.prefix(population)), history: history)
    }

    /// The effective method: itself, or the one that `auto` chooses, and why.
    public func choice(in space: SearchSpace, trials: Int) -> (method: SearchMethod, reason: String) {
        guard self == .auto else { return (self, "the scenario names it") }
        if let count = space.count, count <= trials {
            return (.random, "the \(trials) trials cover all \(count) networks of the space in any order")
        }
        if trials < Self.fewTrials {
            return (.random, "fewer than \(Self.fewTrials) trials are too few to learn anything from")
        }
        if space.genes.contains(where: { $0.repetition != nil }) {
            return (
                .progressive, "a structure grows layer by layer, and short structures predict longer ones"
            )
        }
        let decisions = DecisionSequence(space).slots.count
        if decisions > Self.manyDecisions {
            return (
                .evolution,
                "a predictor compares networks decision by decision, and \(decisions) decisions are too many for that"
            )
        }
        return (
            .predictor,
            "on benchmark tables of measured networks it finds the best one with fewer trials than any other method"
        )
    }

    /// Below this number of trials, `auto` expects to learn nothing.
    private static let fewTrials = 8
    /// Above this number of decisions, `auto` expects no predictor to work.
    private static let manyDecisions = 100

    private func plan(population: Int, trials: Int) -> SearchPlan {
        switch self {
        case .random, .auto: .random
        case .evolution: .evolution(.init(population: population))
        case .generational: .evolution(.init(population: population, isGenerational: true))
        case .aging: .aging(.init(population: population))
        case .local: .local(.init(starts: min(10, max(1, trials / 5)), lag: population))
        case .reinforce: .reinforcement(.init(lag: population))
        case .nao:
            .neural(
                .init(starts: min(40, max(2, trials / 3)), round: min(40, max(1, trials / 6)), lag: population))
        case .progressive:
            .progressive(
                .init(starts: min(30, max(2, trials / 4)), round: min(15, max(1, trials / 8)), lag: population))
        case .predictor: .predictor(.init(starts: min(10, max(2, trials / 4)), lag: population))
        }
    }
}
