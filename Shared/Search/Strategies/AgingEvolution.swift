/// Regularized evolution: the youngest individuals live, regardless of their value; the best of a small sample has a
/// child, which differs in one place.
public struct AgingEvolution: SearchStrategy {
    /// Settings of the evolution.
    public struct Settings: Hashable, Sendable, Codable {
        /// Number of living individuals.
        public var population: Int
        /// Number of different individuals compared to choose a parent.
        public var sample: Int
        /// Maximum number of trials under way at once.
        public var lag: Int

        /// Makes settings; omitted ones follow from the population.
        public init(population: Int, sample: Int? = nil, lag: Int? = nil) {
            precondition(population >= 1, "the population must be at least 1")
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
        // The sample grows if all children of its best individual are known.
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
