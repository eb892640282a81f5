/// How a search chooses its candidates, as named in a scenario.
public enum SearchMethod: String, CaseIterable, Hashable, Sendable, Codable {
    /// Selection, crossover and mutation; the best survive indefinitely.
    case evolution
    /// The same in generations: the parents of each are the best candidates so far and the previous generation.
    case generational
    /// Every allowed candidate is equally likely.
    case random
    /// Selection and mutation; the oldest die (regularized evolution).
    case aging
    /// Moves from the best trial to its neighbors.
    case local
    /// Recurrent controllers that write candidates and learn from their rewards.
    case reinforce
    /// Neural architecture optimization: an encoder, a predictor and a decoder, with gradient ascent between them.
    case nao
    /// A Gaussian process that predicts which candidate has the largest expected improvement.
    case predictor
    /// Layer by layer, guided by a surrogate (sequential model-based fusion search); `fusion` uses it.
    case progressive
    /// The method that suits the space and the number of trials; the search reports which one, and why.
    case auto

    /// Whether its trials can descend from one another; `auto` may choose such a method.
    public var hasDescent: Bool {
        switch self {
        case .evolution, .generational, .aging, .local, .predictor, .progressive, .auto: true
        case .random, .reinforce, .nao: false
        }
    }
}
