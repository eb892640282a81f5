/// Evolution with a lag: tournament selection, uniform crossover of whole genes, mutation of single parts, elitism.
///
/// The first `population` candidates are given ones and random ones. From then on candidate k descends from the trials 0
/// to k − population: from the best few of them all (the elite, which never dies) and from the youngest others.
/// A genome is proposed once.
public struct Evolution: Searcher {
    /// How it evolves.
    public struct Settings: Hashable, Sendable, Codable {
        /// Individuals that live at a time, and the lag.
        public var population: Int
        /// Individuals that live for ever because none is better.
        public var elite: Int
        /// Individuals that are compared when a parent is chosen.
        public var tournament: Int
        /// How probable it is that a child has two parents.
        public var crossover: Double
        /// How probable each further mutation is after the first one.
        public var furtherMutation: Double

        /// Makes settings; what is left out follows from the population.
        public init(
            population: Int, elite: Int? = nil, tournament: Int? = nil, crossover: Double = 0.5,
            furtherMutation: Double = 0.3
        ) {
            precondition(population >= 1, "a population of at least 1 is needed")
            self.population = population
            self.elite = min(population, elite ?? max(1, population / 2))
            self.tournament = min(population, tournament ?? max(2, population / 2))
            self.crossover = crossover
            self.furtherMutation = furtherMutation
        }
    }

    /// What it chooses from.
    public let space: SearchSpace
    /// How it evolves.
    public let settings: Settings
    /// Determines, with the outcomes, the whole search.
    public let seed: UInt64
    /// What it proposed and was told.
    public private(set) var history: SearchHistory
    private let seeds: [Genome]

    /// Makes a search; `seeds` are proposed first, as far as they fit into the first population.
    public init(
        space: SearchSpace, settings: Settings, seed: UInt64, seeds: [Genome] = [],
        history: SearchHistory = SearchHistory()
    ) {
        self.space = space
        self.settings = settings
        self.seed = seed
        self.seeds = Array(seeds.prefix(settings.population))
        self.history = history
    }

    /// The next candidate; it waits for the outcome of the trial one population before.
    public mutating func ask(where isAllowed: (Genome) -> Bool) -> SearchAnswer {
        let number = history.proposals.count
        let visible = number - settings.population + 1
        if visible > history.settled { return .waiting(for: history.settled) }
        var generator = SeededGenerator(seed: seed, stream: UInt64(number))
        if let given = history.given(seeds, in: space, where: isAllowed) {
            return history.propose(given, "knowledge")
        }
        let living = visible > 0 ? survivors(among: visible) : []
        if !living.isEmpty, let (child, origin) = child(of: living, using: &generator, where: isAllowed) {
            return history.propose(child, origin)
        }
        guard let genome = history.unseen(in: space, using: &generator, where: isAllowed) else { return .exhausted }
        return history.propose(genome, "random")
    }

    /// Takes an outcome.
    public mutating func tell(_ number: Int, _ outcome: TrialOutcome) throws {
        try history.tell(number, outcome)
    }
}

// MARK: - Selection

extension Evolution {
    /// A measured trial.
    struct Individual: Hashable {
        let number: Int
        let genome: Genome
        let objective: Double

        /// Whether it is better; of equals the older one is.
        func isBetter(than other: Individual) -> Bool {
            objective != other.objective ? objective > other.objective : number < other.number
        }
    }

    /// Who lives after the first trials: the elite among all of them and the youngest others.
    func survivors(among trials: Int) -> [Individual] {
        let measured = (0..<trials).compactMap { number -> Individual? in
            guard let objective = history.outcomes[number]?.objective else { return nil }
            return Individual(number: number, genome: history.proposals[number].genome, objective: objective)
        }
        var elite: [Individual] = []
        for individual in measured {
            let place = elite.firstIndex { individual.isBetter(than: $0) } ?? elite.endIndex
            guard place < settings.elite else { continue }
            elite.insert(individual, at: place)
            if elite.count > settings.elite { elite.removeLast() }
        }
        let eliteNumbers = Set(elite.map(\.number))
        let young = measured.reversed().lazy.filter { !eliteNumbers.contains($0.number) }
        return elite + young.prefix(settings.population - elite.count)
    }

    private func parent(among living: [Individual], using generator: inout SeededGenerator) -> Individual {
        var best = living[generator.below(living.count)]
        for _ in 1..<max(1, settings.tournament) {
            let rival = living[generator.below(living.count)]
            if rival.isBetter(than: best) { best = rival }
        }
        return best
    }
}

// MARK: - Descent

extension Evolution {
    /// A child that is new and allowed; nil where fifty attempts gave none.
    private func child(
        of living: [Individual], using generator: inout SeededGenerator, where isAllowed: (Genome) -> Bool
    ) -> (Genome, String)? {
        for _ in 0..<50 {
            let first = parent(among: living, using: &generator)
            let second = parent(among: living, using: &generator)
            let crosses = first.number != second.number && generator.chance(settings.crossover)
            var genome = crosses ? crossed(first.genome, second.genome, using: &generator) : first.genome
            var origin = crosses ? "crossover \(first.number) × \(second.number)" : "mutation \(first.number)"
            // A crossing that is new may live as it is; what is known already has to change.
            if !crosses || history.contains(genome) || generator.chance(settings.furtherMutation) {
                mutate(&genome, using: &generator)
                if crosses { origin += ", mutation" }
            }
            if space.contains(genome), !history.contains(genome), isAllowed(genome) { return (genome, origin) }
        }
        return nil
    }

    /// Each gene as a whole from one parent or the other.
    func crossed(_ first: Genome, _ second: Genome, using generator: inout SeededGenerator) -> Genome {
        Genome(zip(first.genes, second.genes).map { generator.below(2) == 0 ? $0 : $1 })
    }

    /// Changes one part or whether a gene is there at all, and then, less and less probably, more.
    func mutate(_ genome: inout Genome, using generator: inout SeededGenerator) {
        repeat { mutateOnce(&genome, using: &generator) } while generator.chance(settings.furtherMutation)
    }

    private func mutateOnce(_ genome: inout Genome, using generator: inout SeededGenerator) {
        let sites = space.genes.indices.flatMap { self.sites(of: $0, in: genome) }
        guard !sites.isEmpty else { return }
        let site = sites[generator.below(sites.count)]
        let gene = space.genes[site.gene]
        guard let part = site.part else {
            genome.genes[site.gene] =
                SearchSpace.isAbsent(genome.genes[site.gene])
                ? space.randomPresence(of: gene, using: &generator) : gene.parts.map { _ in 0 }
            return
        }
        let old = genome.genes[site.gene][part]
        let other = 1 + generator.below(gene.parts[part].choices.count - 1)
        genome.genes[site.gene][part] = other >= old ? other + 1 : other
    }

    /// Where a gene can change: its parts that have another choice, and, as part nil, whether it is there.
    private func sites(of gene: Int, in genome: Genome) -> [(gene: Int, part: Int?)] {
        let parts = space.genes[gene].parts
        var sites: [(gene: Int, part: Int?)] = space.genes[gene].isOptional ? [(gene, nil)] : []
        if !SearchSpace.isAbsent(genome.genes[gene]) {
            sites += parts.indices.filter { parts[$0].choices.count > 1 }.map { (gene, $0) }
        }
        return sites
    }
}
