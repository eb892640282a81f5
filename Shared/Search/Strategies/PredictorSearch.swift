import Foundation
import Learning

/// Model-based search: a Gaussian process predicts the value of each network with its uncertainty, and the network with
/// the largest expected improvement comes next. It alternates between choosing among all networks and choosing among
/// the neighbors of the best ones.
///
/// The neighbors compensate for a process that is wrong but confident: it judges a choice by its average value even in
/// networks where that choice is good, and without trying it never learns otherwise. Half of the trials ensure that a
/// good network is left only when no neighbor is better, as in local search, but in the order of the model.
///
/// Observations enter only by their rank, so that a few networks that do not learn at all do not mask the differences
/// between good ones.
public struct PredictorSearch: SearchStrategy {
    /// Settings of the search.
    public struct Settings: Hashable, Sendable, Codable {
        /// Number of random candidates at the start.
        public var starts: Int
        /// Maximum number of trials under way at once.
        public var lag: Int

        /// Makes settings.
        public init(starts: Int = 10, lag: Int = 1) {
            self.starts = max(2, starts)
            self.lag = lag
        }
    }

    /// Maximum number of trials that the predictor learns from; beyond that, the best half and the latest half of this
    /// number.
    static let observations = 512
    /// Number of candidates considered in a space that is too large to enumerate: half are random, half differ little
    /// from the best ones.
    static let sample = 1_000
    /// Number of networks whose neighbors are considered, best first.
    private static let elite = 10
    /// Numbers of trials at which the predictor's kernel is refitted.
    private static let refits = [2, 10, 15, 20, 30, 45, 65, 100, 150, 220, 330]

    let settings: Settings
    private let sequence: DecisionSequence
    private var networks: Enumeration??
    /// The predictor with the first trials observed, for a space that can be enumerated.
    private var model: (trials: Int, process: GaussianProcess)?
    private var strings: [[UInt8]] = []

    init(settings: Settings, space: SearchSpace) {
        self.settings = settings
        sequence = DecisionSequence(space)
    }

    func visible(at number: Int) -> Int {
        number < settings.starts ? 0 : visibleTrials(at: number, lag: settings.lag)
    }

    mutating func propose(_ view: SearchView, using generator: inout SeededGenerator) -> Suggestion? {
        guard view.number >= settings.starts, !view.measured.isEmpty else { return nil }
        let networks = networks ?? Enumeration(view.space, where: view.isAllowed)
        self.networks = .some(networks)
        let best = view.measured.sorted { $0.isBetter(than: $1) }.prefix(Self.elite)
        let near = view.number.isMultiple(of: 2) ? neighbors(of: best, view, using: &generator) : nil
        let pool = networks?.representatives ?? near?.genomes ?? sample(view, near: best, using: &generator)
        let eligible = networks.flatMap { networks in
            near?.genomes.compactMap { networks.place(of: $0, in: view.space) }
        }
        let promise = promise(of: pool, view, isSteady: networks != nil)
        let order = (eligible ?? Array(pool.indices)).sorted { (promise[$0], $1) > (promise[$1], $0) }
        return order.first { view.isOpen(pool[$0]) }.map {
            Suggestion(
                pool[$0], origin: near.map { "neighbor \($0.trial)" } ?? "prediction",
                from: near.map { [$0.trial] } ?? [])
        }
    }

    // MARK: Learning

    /// The expected improvement of each network over the best one so far.
    private mutating func promise(of pool: [Genome], _ view: SearchView, isSteady: Bool) -> [Double] {
        let learned = learned(view)
        var process = process(view, learned, pool, isSteady: isSteady)
        // Trials under way are assumed to turn out as expected, which makes their surroundings less promising.
        for number in view.visible..<view.number { process.observe(string(of: view.history.proposals[number].genome)) }
        let scores = scores(view, learned)
        let best = process.smoothed(scores).max() ?? 0
        return process.beliefs(scores).map { GaussianProcess.expectedImprovement($0, over: best) }
    }

    /// The trials that the predictor learns from.
    private func learned(_ view: SearchView) -> [Int] {
        guard view.visible > Self.observations else { return Array(0..<view.visible) }
        let best = view.measured.sorted { $0.isBetter(than: $1) }.prefix(Self.observations / 2).map(\.number)
        let known = Set(best)
        let young = (0..<view.visible).reversed().lazy.filter { !known.contains($0) }
        return (best + young.prefix(Self.observations - best.count)).sorted()
    }

    private mutating func process(
        _ view: SearchView, _ learned: [Int], _ pool: [Genome], isSteady: Bool
    ) -> GaussianProcess {
        func observed(_ trials: some Sequence<Int>) -> [[UInt8]] {
            trials.map { string(of: view.history.proposals[$0].genome) }
        }
        guard isSteady, learned.count == view.visible else {
            return GaussianProcess(
                candidates: pool.map(string), observed: observed(learned), values: scores(view, learned))
        }
        if let (trials, known) = model, trials <= view.visible,
            !Self.refits.contains(where: { trials < $0 && $0 <= view.visible })
        {
            var process = known
            model = nil
            for string in observed(trials..<view.visible) { process.observe(string) }
            model = (view.visible, process)
            return process
        }
        if strings.isEmpty { strings = pool.map(string) }
        let fitted = Self.refits.last { $0 <= view.visible } ?? view.visible
        var process = GaussianProcess(
            candidates: strings, observed: observed(0..<fitted), values: scores(view, Array(0..<fitted)))
        for string in observed(fitted..<view.visible) { process.observe(string) }
        model = (view.visible, process)
        return process
    }

    /// The values of trials by rank: quantiles of the logistic distribution, with variance about 1.
    private func scores(_ view: SearchView, _ trials: [Int]) -> [Double] {
        let measured = view.measured(among: (trials.last ?? -1) + 1)
        let fitness = Dictionary(uniqueKeysWithValues: measured.map { ($0.number, $0.fitness) })
        return Self.scores(trials.map { fitness[$0] ?? -.infinity })
    }

    static func scores(_ values: [Double]) -> [Double] {
        var scores = [Double](repeating: 0, count: values.count)
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var start = 0
        while start < order.count {
            // Ties share their mean rank.
            var end = start
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            let share = Double(start + end) / 2 / Double(values.count)
            for place in order[start..<end] { scores[place] = log(share / (1 - share)) * 3.0.squareRoot() / .pi }
            start = end
        }
        return scores
    }

    // MARK: Candidates

    /// The choices in all places, 0 for a skipped one; the same for all genomes of one network.
    private func string(of genome: Genome) -> [UInt8] {
        let first = networks??.equivalents(of: genome, in: sequence.space).first ?? genome
        return sequence.choices(of: first).map { UInt8(clamping: ($0 ?? -1) + 1) }
    }

    /// The available neighbors of the best trial that has some.
    private func neighbors(
        of best: some Sequence<Individual>, _ view: SearchView, using generator: inout SeededGenerator
    ) -> (trial: Int, genomes: [Genome])? {
        for trial in best {
            let open = view.space.neighbors(of: trial.genome, using: &generator).filter(view.isOpen)
            if !open.isEmpty { return (trial.number, open) }
        }
        return nil
    }

    private func sample(
        _ view: SearchView, near best: ArraySlice<Individual>, using generator: inout SeededGenerator
    ) -> [Genome] {
        var pool: [Genome] = []
        for number in 0..<Self.sample {
            if number.isMultiple(of: 2) {
                pool.append(view.space.random(using: &generator))
            } else {
                var genome = best[generator.below(best.count)].genome
                repeat { view.space.mutate(&genome, using: &generator) } while generator.chance(0.5)
                pool.append(genome)
            }
        }
        return pool.filter(view.isOpen)
    }
}
