/// How a search chooses its candidates, as named in a scenario.
public enum SearchMethod: String, CaseIterable, Hashable, Sendable, Codable {
    /// Selection, crossover and mutation; the best live for ever.
    case evolution
    /// The same in generations: each one's parents are the best of all and the one before it.
    case generational
    /// Every allowed candidate equally likely.
    case random
    /// Selection and mutation; the oldest die (regularized evolution).
    case aging
    /// From the best trial to its neighbors.
    case local
    /// Recurrent controllers that write candidates and learn from their rewards.
    case reinforce
    /// Neural architecture optimization: encoder, predictor and decoder, and steps uphill between them.
    case nao
    /// A Gaussian process that predicts which candidate promises the largest improvement.
    case predictor
    /// Layer by layer, guided by a surrogate (sequential model-based fusion search): what `fusion` asks for.
    case progressive
    /// The one that suits the space and the number of trials; the search says which, and why.
    case auto

    /// Whether its trials can descend from each other; `auto` may choose such a method.
    public var hasDescent: Bool {
        switch self {
        case .evolution, .generational, .aging, .local, .predictor, .progressive, .auto: true
        case .random, .reinforce, .nao: false
        }
    }
}
