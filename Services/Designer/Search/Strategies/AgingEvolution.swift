/// Regularized evolution: the youngest live, whatever they are worth; the best of a few of them has a child, which differs
/// in one place.
public struct AgingEvolution: SearchStrategy {
    /// How it evolves.
    public struct Settings: Hashable, Sendable, Codable {
        /// Individuals that live at a time.
        public var population: Int
        /// Different individuals that are compared when a parent is chosen.
        public var sample: Int
        /// Trials that can be under way at once.
        public var lag: Int

        /// Makes settings; what is left out follows from the population.
        public init(population: Int, sample: Int? = nil, lag: Int? = nil) {
            precondition(population >= 1, "a population of at least 1 is needed")
            self.population = population
            self.sample = min(population, sample ?? max(2, population / 3))
            self.lag = lag ?? population
        }
    }

    let settings: Settings

    func visible(at number: Int) -> Int {
        number < settings.population ? 0 : visibleTrials(at: number, lag: settings.lag)
    }

    func propose(_ view: SearchView, using generator: inout SeededGenerator) -> Suggestion? {
        var living = Array(view.measured.suffix(settings.population))
        guard !living.isEmpty else { return nil }
        living.shuffle(using: &generator)
        // The sample that is compared first grows where the children of its best one are all known.
        for attempt in 0..<50 {
            let sample = living.prefix(settings.sample + attempt / 10)
            guard let parent = sample.max(by: { $1.isBetter(than: $0) }) else { return nil }
            var genome = parent.genome
            for _ in 0...(attempt / 10) { view.space.mutate(&genome, using: &generator) }
            if view.isOpen(genome) {
                return Suggestion(genome, origin: "mutation \(parent.number)", from: [parent.number])
            }
        }
        return nil
    }
}
