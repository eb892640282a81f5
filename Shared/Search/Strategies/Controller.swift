import Foundation
import Learning

/// A recurrent network that writes the choices of some genes in sequence; each choice is the next step's input.
///
/// The scores of a decision's choices are the sum of the memory's output and two biases: that of the kind of decision
/// and that of its slot.
struct Controller: Sendable {
    /// Learning rate of a bias relative to that of a weight: a choice's context-free value shows after few trials, its
    /// value after other choices only after many.
    private static let reach = 10.0

    let sequence: DecisionSequence
    /// The slots that it writes.
    let slots: Range<Int>
    private(set) var parameters = Parameters()
    private let memory: LSTM
    /// Index of the embeddings: one row for the start, then one for each choice of each kind of decision.
    private let embedding: Int
    private let rowOfKind: [Int: Int]
    /// Indices of the weight and bias for each kind's choice.
    private let heads: [Int: (weight: Int, bias: Int)]
    /// Indices of the slots' biases, from the first slot.
    private let slotBiases: [Int]

    /// The record of one string: its choices and the values needed to change their probabilities.
    struct Writing {
        var tape = Tape()
        var parameters: [Tape.Value] = []
        /// Log probability of each choice made.
        var choices: [Tape.Value] = []
        /// Entropy of each decision.
        var entropies: [Tape.Value] = []
    }

    init(
        _ sequence: DecisionSequence, slots: Range<Int>, size: Int, using generator: inout some RandomNumberGenerator
    ) {
        self.sequence = sequence
        self.slots = slots
        memory = LSTM(inputs: size, size: size, in: &parameters, uniform: 0.1, using: &generator)
        var rows = 1
        var rowOfKind: [Int: Int] = [:]
        var heads: [Int: (weight: Int, bias: Int)] = [:]
        for slot in sequence.slots[slots] where rowOfKind[slot.kind] == nil {
            rowOfKind[slot.kind] = rows
            rows += slot.options
            heads[slot.kind] = (
                parameters.add(rows: size, columns: slot.options, uniform: 0.1, using: &generator),
                parameters.add(rows: 1, columns: slot.options, uniform: 0, using: &generator)
            )
        }
        embedding = parameters.add(rows: rows, columns: size, uniform: 0.1, using: &generator)
        self.rowOfKind = rowOfKind
        self.heads = heads
        var slotBiases: [Int] = []
        for slot in sequence.slots[slots] {
            slotBiases.append(parameters.add(rows: 1, columns: slot.options, uniform: 0, using: &generator))
        }
        self.slotBiases = slotBiases
    }

    /// Writes a string; `choose` gets each decision's log probabilities.
    func write(_ choose: (_ slot: Int, _ logarithms: [Double]) -> Int) -> Writing {
        var writing = Writing()
        writing.parameters = parameters.values(on: &writing.tape)
        let values = writing.parameters
        var state = memory.start(1, on: &writing.tape)
        var row = 0
        var slot = slots.lowerBound
        while slot < slots.upperBound {
            let kind = sequence.slots[slot].kind
            let input = writing.tape.rows(values[embedding], [row])
            state = memory.step(state, input, values, on: &writing.tape)
            guard let head = heads[kind], let first = rowOfKind[kind] else { break }
            let product = writing.tape.product(state.output, values[head.weight])
            let bias = writing.tape.sum(values[head.bias], values[slotBiases[slot - slots.lowerBound]])
            let scores = writing.tape.sum(product, writing.tape.scaled(bias, by: Self.reach))
            let logarithms = writing.tape.logarithmOfSoftmax(scores)
            let choice = choose(slot, writing.tape[logarithms].values)
            writing.choices.append(writing.tape.picked(logarithms, [choice]))
            let shares = writing.tape.exponential(logarithms)
            let mean = writing.tape.rowSums(writing.tape.times(shares, logarithms))
            writing.entropies.append(writing.tape.scaled(mean, by: -1))
            row = first + choice
            slot = sequence.next(after: slot, choice)
        }
        return writing
    }

    /// Samples a string; a temperature above 1 makes choices more uniform.
    func draw(temperature: Double, using generator: inout SeededGenerator) -> [Int?] {
        var choices = [Int?](repeating: nil, count: sequence.slots.count)
        _ = write { slot, logarithms in
            let weights = logarithms.map { exp($0 / temperature) }
            var rest = Double(generator.next() >> 11) * 0x1p-53 * weights.reduce(0, +)
            let choice = weights.indices.first { index in
                rest -= weights[index]
                return rest < 0
            }
            choices[slot] = choice ?? weights.count - 1
            return weights.isEmpty ? 0 : choice ?? weights.count - 1
        }
        return choices
    }

    /// The gradient of −advantage · log probability − share · entropy, summed over the string's decisions.
    func gradient(of choices: [Int?], advantage: Double, entropy share: Double) -> [Matrix] {
        var writing = write { slot, _ in choices[slot] ?? 0 }
        guard let first = writing.choices.first, let firstEntropy = writing.entropies.first else { return [] }
        let probability = writing.choices.dropFirst().reduce(first) { writing.tape.sum($0, $1) }
        let entropy = writing.entropies.dropFirst().reduce(firstEntropy) { writing.tape.sum($0, $1) }
        let loss = writing.tape.sum(
            writing.tape.scaled(probability, by: -advantage), writing.tape.scaled(entropy, by: -share))
        let gradients = writing.tape.gradients(of: loss)
        return writing.parameters.map { gradients[$0] }
    }

    /// The log probability of a string and the sum of its decisions' entropies.
    func assessment(of choices: [Int?]) -> (logarithm: Double, entropy: Double) {
        let writing = write { slot, _ in choices[slot] ?? 0 }
        func total(_ values: [Tape.Value]) -> Double { values.reduce(0) { $0 + writing.tape[$1].values[0] } }
        return (total(writing.choices), total(writing.entropies))
    }

    /// The mean entropy of the decisions along a string.
    func evenness(along choices: [Int?]) -> Double {
        let writing = write { slot, _ in choices[slot] ?? 0 }
        return writing.entropies.reduce(0) { $0 + writing.tape[$1].values[0] } / Double(max(1, writing.entropies.count))
    }

    /// Makes a step of an optimizer.
    mutating func step(_ optimizer: inout Adam, _ gradients: [Matrix]) { optimizer.step(&parameters, gradients) }

    /// Sets the parameters from the beginning of a list.
    /// - Returns: Number of values used.
    mutating func set(_ numbers: ArraySlice<Float>) -> Int {
        parameters.set(numbers)
        return parameters.count
    }

    /// A parameter by its index among all of them.
    subscript(place: Int) -> Double {
        get { parameters[place] }
        set { parameters[place] = newValue }
    }
}
