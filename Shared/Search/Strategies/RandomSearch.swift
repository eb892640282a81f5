/// Proposes every allowed genome with about the same probability, none twice. The baseline of every other search.
struct RandomSearch: SearchStrategy {
    /// It never waits.
    func visible(at number: Int) -> Int { 0 }

    func propose(_ view: SearchView, using generator: inout SeededGenerator) -> Suggestion? {
        nil
    }
}
