import Foundation

/// Sequential model-based search of growing structures (Pérez-Rúa et al. 2019): first, random structures with one turn
/// of the repetition; then, in each round, one more turn up to the maximum, and from one again. The candidates of a
/// round are known good structures with that turn added or replaced. A surrogate predicts the value of each, and the
/// round's candidates are drawn with probabilities that follow it ever more greedily.
///
/// In a space without repetition every round has the same length, and candidates are neighbors of good ones.
public struct ProgressiveSearch: SearchStrategy {
    /// Settings of the search.
    public struct Settings: Hashable, Sendable, Codable {
        /// Number of one-turn candidates at the start.
        public var starts: Int
        /// Number of candidates in each later round.
        public var round: Int
        /// Maximum number of trials under way at once.
        public var lag: Int

        /// Makes settings.
        public init(starts: Int = 30, round: Int = 15, lag: Int = 1) {
            precondition(starts >= 1 && round >= 1, "settings are out of range")
            self.starts = starts
            self.round = round
            self.lag = lag
        }
    }

    /// Number of structures that grow in a round.
    private static let parents = 8
    /// Number of candidates from which a round draws.
    private static let pool = 500
    /// The sampling temperature falls from the first to the second, along a bell curve of this width.
    private static let temperatures = (first: 10.0, last: 0.2, width: 4.0)

    let settings: Settings
    private let seed: UInt64
    private let sequence: DecisionSequence
    /// The growing gene, and its maximum number of turns.
    private let growing: (gene: Int, most: Int)?
    /// The candidates of the latest round, in the order drawn.
    private var latest: (number: Int, candidates: [Candidate])?

    /// A structure that grew from that of a trial.
    private struct Candidate {
        let genome: Genome
        let parent: Int
    }

    init(settings: Settings, space: SearchSpace, seed: UInt64) {
        self.settings = settings
        // A different seed than that of the proposals' streams.
        self.seed = ~seed
        sequence = DecisionSequence(space)
        let gene = space.genes.firstIndex { $0.repetition != nil }
        growing = gene.flatMap { gene in space.genes[gene].repetition.map { (gene, $0.times.upperBound) } }
    }

    /// Round of a proposal; 0 is the first pool.
    private func round(of number: Int) -> Int {
        number < settings.starts ? 0 : (number - settings.starts) / settings.round + 1
    }

    /// Number of turns in a round's structures: 1, then 2 up to the maximum, then from 1 again.
    static func turns(in round: Int, most: Int) -> Int { round % max(1, most) + 1 }

    /// The sampling temperature of a round, from 1.
    static func temperature(in round: Int) -> Double {
        let (first, last, width) = temperatures
        return (first - last) * exp(-Double(round * round) / (width * width)) + last
    }

    func visible(at number: Int) -> Int {
        let round = round(of: number)
        guard round > 0 else { return 0 }
        return visibleTrials(at: settings.starts + (round - 1) * settings.round, lag: settings.lag)
    }

    mutating func propose(_ view: SearchView, using generator: inout SeededGenerator) -> Suggestion? {
        let number = round(of: view.number)
        guard number > 0, !view.measured.isEmpty else {
            return draw(view, turns: 1, using: &generator, where: view.isOpen).map {
                Suggestion($0, origin: "first")
            }
        }
        if latest?.number != number { latest = (number, candidates(view, number)) }
        return latest?.candidates.first { view.isOpen($0.genome) }.map {
            Suggestion($0.genome, origin: "growth \($0.parent)", from: [$0.parent])
        }
    }

    // MARK: Candidates

    private func candidates(_ view: SearchView, _ round: Int) -> [Candidate] {
        var generator = SeededGenerator(seed: seed, stream: UInt64(round))
        let measured = view.measured
        let order = measured.map(\.fitness).sorted()
        var surrogate = StructureSurrogate(sequence, using: &generator)
        surrogate.train(
            measured.map { trial in
                let worse = order.firstIndex(of: trial.fitness) ?? 0
                return (sequence.choices(of: trial.genome), Double(worse) / Double(max(1, order.count - 1)))
            }, using: &generator)

        let turns = Self.turns(in: round, most: growing?.most ?? 1)
        let best = measured.sorted { $0.isBetter(than: $1) }.prefix(Self.parents)
        // Proposals made after the trials that this round may know must not matter here.
        var seen = Set(view.history.proposals[..<view.visible].map { view.space.form(of: $0.genome) })
        var pool: [Candidate] = []
        for _ in 0..<(4 * Self.pool) where pool.count < Self.pool {
            let parent = best[generator.below(best.count)]
            guard let child = child(of: parent.genome, view, turns: turns, using: &generator), view.isAllowed(child),
                seen.insert(view.space.form(of: child)).inserted
            else { continue }
            pool.append(Candidate(genome: child, parent: parent.number))
        }
        let worth = surrogate.predictions(of: pool.map { sequence.choices(of: $0.genome) })
        // A few more than the round needs, in case some are proposed meanwhile.
        return Self.drawn(
            pool, worth, count: 4 * settings.round, temperature: Self.temperature(in: round), using: &generator)
    }

    /// A structure with that many turns whose last one is new; if the growing gene is omitted, a new one.
    private func child(
        of parent: Genome, _ view: SearchView, turns: Int, using generator: inout SeededGenerator
    ) -> Genome? {
        var child = parent
        guard let growing else {
            repeat { view.space.mutate(&child, using: &generator) } while generator.chance(0.5)
            return child
        }
        guard let other = draw(view, turns: turns, using: &generator, where: view.isAllowed) else { return nil }
        let (gene, numbers) = (view.space.genes[growing.gene], parent.genes[growing.gene])
        guard !SearchSpace.isAbsent(numbers), let size = gene.repetition?.parts.count else { return other }
        let kept = gene.parts.count + min(turns - 1, gene.turns(in: numbers) ?? 0) * size
        child = other
        child.genes[growing.gene].replaceSubrange(0..<kept, with: numbers[0..<kept])
        // Occasionally, the parts before the turns change as well.
        for place in gene.parts.indices where generator.chance(0.25) {
            child.genes[growing.gene][place] = other.genes[growing.gene][place]
        }
        return child
    }

    /// A random allowed structure with that many turns.
    private func draw(
        _ view: SearchView, turns: Int, using generator: inout SeededGenerator, where fits: (Genome) -> Bool
    ) -> Genome? {
        guard let growing else { return view.unseen(using: &generator) }
        let gene = view.space.genes[growing.gene]
        for _ in 0..<200 {
            var genome = Genome(view.space.genes.map { $0.isOptional ? $0.absence : [] })
            for (index, other) in view.space.genes.enumerated() where index != growing.gene && !other.isOptional {
                genome.genes[index] = view.space.random(using: &generator).genes[index]
            }
            let length = gene.parts.count + turns * (gene.repetition?.parts.count ?? 0)
            genome.genes[growing.gene] = (0..<length).map { generator.below(gene.part(at: $0).choices.count) + 1 }
            if fits(genome) { return genome }
        }
        return nil
    }

    /// Samples from a pool without replacement, each with a probability proportional to its value to the power of 1 /
    /// temperature.
    static func drawn<Element>(
        _ pool: [Element], _ worth: [Double], count: Int, temperature: Double, using generator: inout SeededGenerator
    ) -> [Element] {
        let total = max(worth.reduce(0, +), .leastNormalMagnitude)
        // The largest of these keys form such a sample (Efraimidis and Spirakis 2006).
        let keys = worth.map { worth in
            let uniform = (Double(generator.next() >> 11) + 0.5) * 0x1p-53
            return log(max(worth / total, .leastNormalMagnitude)) / temperature - log(-log(uniform))
        }
        return pool.indices.sorted { (keys[$0], $1) > (keys[$1], $0) }.prefix(count).map { pool[$0] }
    }
}
