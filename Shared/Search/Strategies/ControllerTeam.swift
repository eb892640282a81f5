import Foundation
import Learning

/// The controllers that write candidates together: one for each gene of several decisions, such as that of a modality;
/// genes with a single decision share one.
struct ControllerTeam: Sendable {
    /// Maximum number of strings drawn to find one that is not taken; choices become more uniform from draw to draw.
    private static let draws = 64
    /// Increase of the temperature per draw.
    private static let warming = 1.1
    /// Each controller's gradients are clipped to this norm.
    static let longestGradient = 50.0

    private let sequence: DecisionSequence
    private(set) var controllers: [Controller]

    init(_ space: SearchSpace, size: Int, seed: UInt64) {
        let sequence = DecisionSequence(space)
        self.sequence = sequence
        // A different seed than that of the proposals' streams.
        var generator = SeededGenerator(seed: ~seed)
        controllers = Self.ranges(of: sequence).map { range in
            Controller(sequence, slots: range, size: size, using: &generator)
        }
    }

    /// Slots of the controllers.
    private static func ranges(of sequence: DecisionSequence) -> [Range<Int>] {
        let genes = Dictionary(grouping: sequence.slots.indices) { sequence.slots[$0].gene }
        guard genes.values.contains(where: { $0.count > 1 }) else { return [sequence.slots.indices] }
        return genes.sorted { $0.key < $1.key }.compactMap { gene in
            gene.value.first.map { $0..<($0 + gene.value.count) }
        }
    }

    // MARK: Writing

    /// A candidate that is not yet taken; nil if many draws find none.
    func draw(where isOpen: (Genome) -> Bool, using generator: inout SeededGenerator) -> Genome? {
        for draw in 0..<Self.draws {
            let temperature = pow(Self.warming, Double(draw))
            let strings = controllers.map { $0.draw(temperature: temperature, using: &generator) }
            let genome = sequence.genome(of: Self.joined(strings))
            if isOpen(genome) { return genome }
        }
        return nil
    }

    private static func joined(_ strings: [[Int?]]) -> [Int?] {
        strings.dropFirst().reduce(strings.first ?? []) { zip($0, $1).map { $0 ?? $1 } }
    }

    // MARK: Learning

    /// For each controller, the gradient of the mean loss of some candidates.
    func gradients(of genomes: [Genome], advantages: [Double], entropy: Double) -> [[Matrix]] {
        controllers.map { controller in
            var total = controller.parameters.matrices.map { Matrix(rows: $0.rows, columns: $0.columns) }
            for (genome, advantage) in zip(genomes, advantages) {
                let gradients = controller.gradient(
                    of: sequence.choices(of: genome), advantage: advantage, entropy: entropy)
                for place in gradients.indices { total[place].add(gradients[place], scaled: 1 / Double(genomes.count)) }
            }
            return total
        }
    }

    /// Updates one controller.
    mutating func step(_ index: Int, _ optimizer: inout Adam, _ gradients: [Matrix]) {
        controllers[index].step(&optimizer, gradients)
    }

    /// For each controller, by the names of its genes, the mean entropy of its decisions along some candidates, in
    /// bits.
    func evenness(along genomes: [Genome]) -> [String: Double] {
        let strings = genomes.map { sequence.choices(of: $0) }
        let bits = controllers.map { controller in
            strings.reduce(0) { $0 + controller.evenness(along: $1) } / Double(max(1, strings.count)) / log(2)
        }
        let names = controllers.map { controller in
            let genes = Set(sequence.slots[controller.slots].map(\.gene)).sorted()
            return genes.map { sequence.space.genes[$0].name }.joined(separator: "+")
        }
        return Dictionary(zip(names, bits)) { first, _ in first }
    }

    // MARK: Parameters

    /// The concatenated parameters of all controllers.
    var parameters: [Float] {
        get { controllers.flatMap { Self.numbers(of: $0.parameters.matrices) } }
        set {
            var place = 0
            for index in controllers.indices { place += controllers[index].set(newValue[place...]) }
        }
    }

    /// The concatenated numbers of matrices.
    static func numbers(of matrices: [Matrix]) -> [Float] { matrices.flatMap { $0.values.map { Float($0) } } }
}

/// A moving average of rewards, the baseline that rewards are compared with.
struct RewardBaseline: Sendable {
    private var expected: Double?

    /// Subtracts the baseline from rewards, then updates it with them.
    /// - Parameter decay: Weight of the old average in the new one.
    mutating func advantages(of rewards: [Double], decay: Double) -> [Double] {
        let mean = rewards.reduce(0, +) / Double(max(1, rewards.count))
        let before = expected ?? mean
        expected = decay * before + (1 - decay) * mean
        return rewards.map { $0 - before }
    }
}

extension TrialOutcome {
    /// For each of some ended trials, the share of all ended ones that are worse, with ties counted half, cubed (as
    /// Zoph and Le 2017 cube accuracies) so that differences among good trials count more.
    static func rewards(of trials: some Sequence<Int>, among outcomes: some Collection<TrialOutcome?>) -> [Double] {
        let fitness = TrialOutcome.fitness(of: Array(outcomes))
        let ended = zip(outcomes, fitness).filter { $0.0 != nil }.map(\.1)
        return trials.map { number in
            let worse = ended.reduce(0.0) { $0 + ($1 < fitness[number] ? 1 : $1 == fitness[number] ? 0.5 : 0) }
            let share = worse / Double(ended.count)
            return share * share * share
        }
    }
}
