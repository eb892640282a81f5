/// A method of search with its settings.
public enum SearchPlan: Hashable, Sendable, Codable {
    /// Every allowed candidate equally likely.
    case random
    /// Selection, crossover and mutation, with an elite.
    case evolution(Evolution.Settings)
    /// Selection and mutation, in which the oldest die.
    case aging(AgingEvolution.Settings)
    /// From the best trial to its neighbours.
    case local(LocalSearch.Settings)
    /// By recurrent controllers that learn which choices are good.
    case reinforcement(Reinforcement.Settings)
    /// By an encoder, a predictor and a decoder whose points go uphill.
    case neural(NeuralOptimization.Settings)
    /// By a Gaussian process that predicts what networks are worth.
    case predictor(PredictorSearch.Settings)
    /// Layer by layer, guided by a surrogate.
    case progressive(ProgressiveSearch.Settings)

    /// Makes the strategy, as before the first proposal.
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
