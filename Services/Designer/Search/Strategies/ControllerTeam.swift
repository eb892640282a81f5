import Foundation
import Learning

/// The controllers that write candidates together: one for each gene of several decisions, as that of a modality; genes of
/// one decision share one.
struct ControllerTeam: Sendable {
    /// Strings that are drawn in search of an open one; from draw to draw choices become more even.
    private static let draws = 64
    /// By how much the temperature rises from draw to draw.
    private static let warming = 1.1
    /// Gradients of a controller that are longer are shortened to this.
    static let longestGradient = 50.0

    private let sequence: DecisionSequence
    private(set) var controllers: [Controller]

    init(_ space: SearchSpace, size: Int, seed: UInt64) {
        let sequence = DecisionSequence(space)
        self.sequence = sequence
        // Another seed than that of the proposals' streams.
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

    /// A candidate that is open; nil if none of many draws is.
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

    /// For each controller the gradient of the mean loss of some candidates.
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

    /// Makes a step with one controller.
    mutating func step(_ index: Int, _ optimizer: inout Adam, _ gradients: [Matrix]) {
        controllers[index].step(&optimizer, gradients)
    }

    /// How even the choices along some candidates are: for each controller, by the names of its genes, the mean entropy of a
    /// decision in bits.
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

    /// The parameters of all controllers, one after the other.
    var parameters: [Float] {
        get { controllers.flatMap { Self.numbers(of: $0.parameters.matrices) } }
        set {
            var place = 0
            for index in controllers.indices { place += controllers[index].set(newValue[place...]) }
        }
    }

    /// Numbers of matrices, one after the other.
    static func numbers(of matrices: [Matrix]) -> [Float] { matrices.flatMap { $0.values.map { Float($0) } } }
}

/// A moving average of rewards, which tells how much better than expected a candidate is.
struct RewardBaseline: Sendable {
    private var expected: Double?

    /// How far rewards are above what was expected; then they are expected, too.
    /// - Parameter decay: Share of the old average in the new one.
    mutating func advantages(of rewards: [Double], decay: Double) -> [Double] {
        let mean = rewards.reduce(0, +) / Double(max(1, rewards.count))
        let before = expected ?? mean
        expected = decay * before + (1 - decay) * mean
        return rewards.map { $0 - before }
    }
}

extension TrialOutcome {
    /// For each of some trials that have ended the share of all ended ones that are worse, where equals count half, cubed
    /// (as Zoph and Le 2017 cube accuracies): what is good counts more than what is not bad.
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
