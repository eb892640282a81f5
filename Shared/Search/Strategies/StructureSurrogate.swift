import Learning

/// Predicts the value of strings of choices with a recurrent network over their decisions: cheap to retrain, and able
/// to generalize from short strings to longer ones.
struct StructureSurrogate: Sendable {
    /// Size of a choice's embedding and of the memory.
    private static let size = 16
    /// Number of passes over all examples.
    private static let passes = 60
    /// Number of examples per step.
    private static let batch = 32
    private static let learningRate = 0.01

    let sequence: DecisionSequence
    private var parameters = Parameters()
    private let memory: LSTM
    /// One row for each choice of each kind of decision.
    private let embedding: Int
    private let firstRows: [Int]
    private let output: (weight: Int, bias: Int)

    init(_ sequence: DecisionSequence, using generator: inout some RandomNumberGenerator) {
        self.sequence = sequence
        memory = LSTM(inputs: Self.size, size: Self.size, in: &parameters, uniform: 0.25, using: &generator)
        var options = [Int](repeating: 0, count: sequence.kinds)
        for slot in sequence.slots { options[slot.kind] = slot.options }
        firstRows = options.indices.map { options[..<$0].reduce(0, +) }
        embedding = parameters.add(
            rows: options.reduce(0, +), columns: Self.size, uniform: 0.5, using: &generator)
        output = (
            parameters.add(rows: Self.size, columns: 1, uniform: 0.25, using: &generator),
            parameters.add(rows: 1, columns: 1, uniform: 0, using: &generator)
        )
    }

    /// Learns the values of strings, from 0 to 1.
    mutating func train(
        _ examples: [(choices: [Int?], worth: Double)], using generator: inout some RandomNumberGenerator
    ) {
        var optimizer = Adam(parameters, learningRate: Self.learningRate, clip: 5)
        // All strings in a step skip the same decisions.
        let groups = Dictionary(grouping: examples) { $0.choices.map { $0 == nil } }
            .sorted { $0.value.count != $1.value.count ? $0.value.count > $1.value.count : "\($0.key)" < "\($1.key)" }
        for _ in 0..<Self.passes {
            for (_, group) in groups {
                let group = group.shuffled(using: &generator)
                for start in stride(from: 0, to: group.count, by: Self.batch) {
                    step(Array(group[start..<min(start + Self.batch, group.count)]), &optimizer)
                }
            }
        }
    }

    /// The predicted values of strings.
    func predictions(of strings: [[Int?]]) -> [Double] {
        var results = [Double](repeating: 0, count: strings.count)
        for (_, places) in Dictionary(grouping: strings.indices, by: { strings[$0].map { $0 == nil } }) {
            var tape = Tape()
            let values = parameters.values(on: &tape)
            let worth = predict(places.map { strings[$0] }, values, on: &tape)
            for (row, place) in places.enumerated() { results[place] = tape[worth].values[row] }
        }
        return results
    }

    private mutating func step(_ examples: [(choices: [Int?], worth: Double)], _ optimizer: inout Adam) {
        var tape = Tape()
        let values = parameters.values(on: &tape)
        let worth = predict(examples.map(\.choices), values, on: &tape)
        let targets = tape.value(Matrix(rows: examples.count, columns: 1, examples.map { -$0.worth }))
        let difference = tape.sum(worth, targets)
        let loss = tape.mean(tape.times(difference, difference))
        let gradients = tape.gradients(of: loss)
        optimizer.step(&parameters, values.map { gradients[$0] })
    }

    /// Values of strings that skip the same decisions, as a column.
    private func predict(_ strings: [[Int?]], _ values: [Tape.Value], on tape: inout Tape) -> Tape.Value {
        var state = memory.start(strings.count, on: &tape)
        for (slot, decision) in sequence.slots.enumerated() where strings.first?[slot] != nil {
            let rows = strings.map { firstRows[decision.kind] + ($0[slot] ?? 0) }
            state = memory.step(state, tape.rows(values[embedding], rows), values, on: &tape)
        }
        return tape.sigmoid(tape.sum(tape.product(state.output, values[output.weight]), row: values[output.bias]))
    }
}
