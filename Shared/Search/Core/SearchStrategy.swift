/// A candidate that a strategy chooses.
struct Suggestion: Hashable {
    let genome: Genome
    /// Where it came from, for display.
    let origin: String
    /// Numbers of its parent trials.
    let parents: [Int]

    init(_ genome: Genome, origin: String, from parents: [Int] = []) {
        self.genome = genome
        self.origin = origin
        self.parents = parents
    }
}

/// A search strategy. Apart from its settings, its state derives from the views that it has seen, so a new instance
/// that sees the latest view continues identically.
protocol SearchStrategy: Sendable {
    /// Number of leading trials that must have outcomes before a number is proposed; never decreases with the number.
    func visible(at number: Int) -> Int
    /// A candidate that is not yet taken; nil to request a random one.
    mutating func propose(_ view: SearchView, using generator: inout SeededGenerator) throws -> Suggestion?
    /// What it has learned since the last call.
    mutating func takeDiagnostics() -> [SearchDiagnostics]
}

extension SearchStrategy {
    mutating func takeDiagnostics() -> [SearchDiagnostics] { [] }
}

/// With a lag of L, proposal k is made as soon as the trials up to k − L have ended, so L can be under way at once.
func visibleTrials(at number: Int, lag: Int) -> Int { max(0, number - lag + 1) }
