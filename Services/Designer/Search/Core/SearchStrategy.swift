/// A candidate that a strategy chooses.
struct Suggestion: Hashable {
    let genome: Genome
    /// Where it came from, for people.
    let origin: String
    /// Numbers of the trials that it descends from.
    let parents: [Int]

    init(_ genome: Genome, origin: String, from parents: [Int] = []) {
        self.genome = genome
        self.origin = origin
        self.parents = parents
    }
}

/// How a searcher chooses. What a strategy keeps besides its settings is worked out of the views that it was shown, so that
/// a new one that is shown the latest view goes on alike.
protocol SearchStrategy: Sendable {
    /// How many of the first trials must have outcomes before a number is proposed; never less for a higher number.
    func visible(at number: Int) -> Int
    /// A candidate that is open; nil if a random one is wanted.
    mutating func propose(_ view: SearchView, using generator: inout SeededGenerator) throws -> Suggestion?
    /// What it has learned since it was asked for this.
    mutating func takeInsights() -> [SearchInsight]
}

extension SearchStrategy {
    mutating func takeInsights() -> [SearchInsight] { [] }
}

/// With a lag of L, the proposal k is made as soon as the trials up to k − L have ended, so that L can be under way at once.
func visibleTrials(at number: Int, lag: Int) -> Int { max(0, number - lag + 1) }
