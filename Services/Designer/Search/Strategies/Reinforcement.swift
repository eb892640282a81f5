import Foundation
import Learning

/// Reinforcement learning: recurrent controllers write candidates, and what comes of them makes the choices that led to the
/// good ones more probable (REINFORCE, Williams 1992; Zoph and Le 2017).
///
/// A gene of several decisions, as that of a modality, has a controller of its own; genes of one decision share one. A
/// batch of trials is drawn from the same probabilities; then one step is made. Rewards are the shares of trials so far
/// that are worse, so that no scale matters; a moving average of them is the baseline.
public struct Reinforcement: SearchStrategy {
    /// How it learns.
    public struct Settings: Hashable, Sendable, Codable {
        /// Trials of each step.
        public var batch: Int
        /// Learning rate of Adam.
        public var learningRate: Double
        /// How much even choices count beside the reward.
        public var entropy: Double
        /// Share of the old baseline in the new one.
        public var baseline: Double
        /// Size of the controllers' memory.
        public var size: Int
        /// Trials that can be under way at once.
        public var lag: Int

        /// Makes settings.
        public init(
            batch: Int = 1, learningRate: Double = 0.01, entropy: Double = 0.01, baseline: Double = 0.9, size: Int = 32,
            lag: Int = 1
        ) {
            precondition(batch >= 1 && size >= 1, "a batch and a memory of at least 1 are needed")
            self.batch = batch
            self.learningRate = learningRate
            self.entropy = entropy
            self.baseline = baseline
            self.size = size
            self.lag = lag
        }
    }

    /// Strings that are drawn in search of an open one; from draw to draw choices become more even.
    private static let draws = 64
    /// By how much the temperature rises from draw to draw.
    private static let warming = 1.1

    let settings: Settings
    private let sequence: DecisionSequence
    private(set) var controllers: [Controller]
    private var optimizers: [Adam]
    private var baseline: Double?
    /// Trials that were learnt from.
    private var learnt = 0
    private var insights: [SearchInsight] = []

    init(settings: Settings, space: SearchSpace, seed: UInt64) {
        self.settings = settings
        let sequence = DecisionSequence(space)
        self.sequence = sequence
        // Another seed than that of the proposals' streams.
        var generator = SeededGenerator(seed: ~seed)
        controllers = Self.ranges(of: sequence).map { range in
            Controller(sequence, slots: range, size: settings.size, using: &generator)
        }
        optimizers = controllers.map { Adam($0.parameters, learningRate: settings.learningRate, clip: 5) }
    }

    /// Slots of the controllers: one for each gene, or one for all where each gene is a single decision.
    private static func ranges(of sequence: DecisionSequence) -> [Range<Int>] {
        let genes = Dictionary(grouping: sequence.slots.indices) { sequence.slots[$0].gene }
        guard genes.values.contains(where: { $0.count > 1 }) else { return [sequence.slots.indices] }
        return genes.sorted { $0.key < $1.key }.compactMap { gene in
            gene.value.first.map { $0..<($0 + gene.value.count) }
        }
    }

    func visible(at number: Int) -> Int {
        visibleTrials(at: number, lag: settings.lag) / settings.batch * settings.batch
    }

    mutating func propose(
        _ view: SearchView, using generator: inout SeededGenerator
    ) -> (genome: Genome, origin: String)? {
        while learnt < view.visible { learn(view) }
        for draw in 0..<Self.draws {
            let temperature = pow(Self.warming, Double(draw))
            let strings = controllers.map { $0.draw(temperature: temperature, using: &generator) }
            let genome = sequence.genome(of: Self.joined(strings))
            if view.isOpen(genome) { return (genome, "controller after \(learnt)") }
        }
        return nil
    }

    mutating func takeInsights() -> [SearchInsight] {
        defer { insights = [] }
        return insights
    }

    private static func joined(_ strings: [[Int?]]) -> [Int?] {
        strings.dropFirst().reduce(strings.first ?? []) { zip($0, $1).map { $0 ?? $1 } }
    }

    // MARK: Learning

    /// Learns from the next batch.
    private mutating func learn(_ view: SearchView) {
        let batch = learnt..<(learnt + settings.batch)
        let rewards = rewards(of: batch, view)
        let mean = rewards.reduce(0, +) / Double(rewards.count)
        let expected = baseline ?? mean
        for index in controllers.indices {
            var total = controllers[index].parameters.matrices.map { Matrix(rows: $0.rows, columns: $0.columns) }
            for (number, reward) in zip(batch, rewards) {
                let gradients = controllers[index].gradient(
                    of: sequence.choices(of: view.history.proposals[number].genome), advantage: reward - expected,
                    entropy: settings.entropy)
                for place in gradients.indices { total[place].add(gradients[place], scaled: 1 / Double(batch.count)) }
            }
            controllers[index].step(&optimizers[index], total)
        }
        baseline = settings.baseline * expected + (1 - settings.baseline) * mean
        learnt = batch.upperBound
        insights.append(insight(batch, view))
    }

    /// How even the choices are now, along the strings of a batch.
    private func insight(_ batch: Range<Int>, _ view: SearchView) -> SearchInsight {
        let strings = batch.map { sequence.choices(of: view.history.proposals[$0].genome) }
        let bits = controllers.map { controller in
            strings.reduce(0) { $0 + controller.evenness(along: $1) } / Double(strings.count) / log(2)
        }
        let names = controllers.map { controller in
            let genes = Set(sequence.slots[controller.slots].map(\.gene)).sorted()
            return genes.map { view.space.genes[$0].name }.joined(separator: "+")
        }
        return SearchInsight(
            trials: batch.upperBound, figures: .entropies(Dictionary(zip(names, bits)) { first, _ in first }))
    }

    /// For each trial of a batch, the share of all trials up to the batch's end that are worse; equals count half.
    private func rewards(of batch: Range<Int>, _ view: SearchView) -> [Double] {
        let fitness = Dictionary(
            uniqueKeysWithValues: view.measured(among: batch.upperBound).map { ($0.number, $0.fitness) })
        let all = (0..<batch.upperBound).map { fitness[$0] ?? -.infinity }
        return batch.map { number in
            let worse = all.reduce(0.0) { $0 + ($1 < all[number] ? 1 : $1 == all[number] ? 0.5 : 0) }
            return worse / Double(all.count)
        }
    }
}
