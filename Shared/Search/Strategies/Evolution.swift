/// Evolution with a lag: tournament selection, uniform crossover of whole genes, mutation of single parts, elitism.
///
/// The first `population` candidates are seeds and random ones. After that, parents come from the visible trials: from
/// the best few of all (the elite, which never dies) and from the youngest others. With generations, parents are the
/// elite and the previous generation; the next generation begins when all trials of the last have ended.
public struct Evolution: SearchStrategy {
    /// Settings of the evolution.
    public struct Settings: Hashable, Sendable, Codable {
        /// Number of living individuals.
        public var population: Int
        /// Number of individuals that live as long as none is better.
        public var elite: Int
        /// Number of individuals compared to choose a parent.
        public var tournament: Int
        /// Probability that a child has two parents.
        public var crossover: Double
        /// Probability of each further mutation after the first one.
        public var furtherMutation: Double
        /// Maximum number of trials under way at once.
        public var lag: Int
        /// Whether it proceeds in generations of one population each, whatever the lag.
        public var isGenerational: Bool

        /// Makes settings; omitted ones follow from the population.
        public init(
            population: Int, elite: Int? = nil, tournament: Int? = nil, crossover: Double = 0.5,
            furtherMutation: Double = 0.3, lag: Int? = nil, isGenerational: Bool = false
        ) {
            precondition(population >= 1, "the population must be at least 1")
            self.population = population
            self.elite = min(population, elite ?? max(1, population / 2))
            self.tournament = min(population, tournament ?? max(2, population / 2))
            self.crossover = crossover
            self.furtherMutation = furtherMutation
            self.lag = lag ?? population
            self.isGenerational = isGenerational
        }
    }

    let settings: Settings

    func visible(at number: Int) -> Int {
        let generation = number / settings.population
        if generation == 0 || settings.isGenerational { return generation * settings.population }
        return visibleTrials(at: number, lag: settings.lag)
    }

    func propose(_ view: SearchView, using generator: inout SeededGenerator) -> Suggestion? {
        let living = survivors(view)
        guard !living.isEmpty else { return nil }
        for _ in 0..<50 {
            let child = child(of: living, view, using: &generator)
            if view.isOpen(child.genome) { return child }
        }
        return nil
    }

    // MARK: Selection

    /// The living: the elite among all measured trials, and the youngest others.
    func survivors(_ view: SearchView) -> [Individual] {
        let fitness = view.fitness(among: view.visible)
        var elite: [Int] = []
        // Of equals, the older one is better, so a later one must exceed the worst of a full elite.
        var least = -Double.infinity
        for (number, value) in fitness.enumerated() where value > least {
            elite.insert(number, at: elite.firstIndex { value > fitness[$0] } ?? elite.endIndex)
            if elite.count > settings.elite { elite.removeLast() }
            if elite.count == settings.elite { least = elite.last.map { fitness[$0] } ?? .infinity }
        }
        let young = fitness.indices.reversed().lazy.filter { fitness[$0] > -.infinity && !elite.contains($0) }
        return (elite + young.prefix(settings.population - elite.count)).map { number in
            Individual(number: number, genome: view.history.proposals[number].genome, fitness: fitness[number])
        }
    }

    private func parent(among living: [Individual], using generator: inout SeededGenerator) -> Individual {
        var best = living[generator.below(living.count)]
        for _ in 1..<max(1, settings.tournament) {
            let rival = living[generator.below(living.count)]
            if rival.isBetter(than: best) { best = rival }
        }
        return best
    }

    // MARK: Descent

    private func child(
        of living: [Individual], _ view: SearchView, using generator: inout SeededGenerator
    ) -> Suggestion {
        let first = parent(among: living, using: &generator)
        let second = parent(among: living, using: &generator)
        let crosses = first.number != second.number && generator.chance(settings.crossover)
        var genome = crosses ? view.space.crossed(first.genome, second.genome, using: &generator) : first.genome
        var origin = crosses ? "crossover \(first.number) × \(second.number)" : "mutation \(first.number)"
        // A new crossover may be used as it is; a known one has to mutate.
        if !crosses || !view.isOpen(genome) || generator.chance(settings.furtherMutation) {
            repeat { view.space.mutate(&genome, using: &generator) } while generator.chance(settings.furtherMutation)
            if crosses { origin += ", mutation" }
        }
        return Suggestion(
            genome, origin: origin, from: crosses ? [first.number, second.number] : [first.number])
    }
}
