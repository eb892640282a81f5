import Learning

/// Encoder, performance predictor and decoder with attention, trained jointly (neural architecture optimization, Luo et al.
/// 2018): a string of choices becomes a point, whose worth is predicted, and from which the string can be read again.
///
/// Each row of the matrices is a string of its own. All strings are as long as there are slots; what a string skips has a
/// choice of its own.
struct StructureAutoencoder: Sendable {
    /// A string and what it is worth, from 0 to 1.
    struct Example: Hashable, Sendable {
        var choices: [Int?]
        var worth: Double
    }

    /// Shape and training of a model.
    struct Settings: Hashable, Sendable, Codable {
        /// Size of an embedded choice.
        var embedding = 12
        /// Size of a point.
        var size = 24
        /// Steps of the optimizer at most.
        var steps = 300
        /// Steps for each example, as long as these are few.
        var stepsPerExample = 4
        /// Examples of a step.
        var batch = 32
        /// Learning rate of Adam.
        var learningRate = 0.01
        /// How much the prediction counts; the rest is for reading the string.
        var tradeoff = 0.8
    }

    let sequence: DecisionSequence
    let settings: Settings
    private(set) var parameters = Parameters()
    private let encoder: LSTM
    private let decoder: LSTM
    /// One row for what is skipped, then one for each choice of each kind of decision.
    private let embedding: Int
    private let firstRows: [Int]
    private let predictor: (weight: Int, bias: Int, out: Int, outBias: Int)
    private let query: Int
    private let combination: (weight: Int, bias: Int)
    private let heads: [(weight: Int, bias: Int)]

    init(_ sequence: DecisionSequence, _ settings: Settings, using generator: inout some RandomNumberGenerator) {
        self.sequence = sequence
        self.settings = settings
        let (size, width) = (settings.size, settings.embedding)
        let bound = 1 / Double(size).squareRoot()
        encoder = LSTM(inputs: width, size: size, in: &parameters, uniform: bound, using: &generator)
        decoder = LSTM(inputs: width, size: size, in: &parameters, uniform: bound, using: &generator)
        // Kinds have as many choices as their slots.
        var options = [Int](repeating: 0, count: sequence.kinds)
        for slot in sequence.slots { options[slot.kind] = slot.options }
        firstRows = options.indices.map { kind in 1 + options[..<kind].reduce(0, +) }
        embedding = parameters.add(
            rows: 1 + options.reduce(0, +), columns: width, uniform: 0.5, using: &generator)
        predictor = (
            parameters.add(rows: size, columns: size, uniform: bound, using: &generator),
            parameters.add(rows: 1, columns: size, uniform: 0, using: &generator),
            parameters.add(rows: size, columns: 1, uniform: bound, using: &generator),
            parameters.add(rows: 1, columns: 1, uniform: 0, using: &generator)
        )
        query = parameters.add(rows: size, columns: size, uniform: bound, using: &generator)
        combination = (
            parameters.add(rows: 2 * size, columns: size, uniform: bound, using: &generator),
            parameters.add(rows: 1, columns: size, uniform: 0, using: &generator)
        )
        var heads: [(weight: Int, bias: Int)] = []
        for count in options {
            heads.append(
                (
                    parameters.add(rows: size, columns: count, uniform: bound, using: &generator),
                    parameters.add(rows: 1, columns: count, uniform: 0, using: &generator)
                ))
        }
        self.heads = heads
    }

    /// Row of the embedding for a slot's choice.
    private func row(_ slot: Int, _ choice: Int?) -> Int {
        choice.map { firstRows[sequence.slots[slot].kind] + $0 } ?? 0
    }

    // MARK: Parts

    /// The outputs of all steps, each of length 1.
    func encode(_ strings: [[Int?]], _ values: [Tape.Value], on tape: inout Tape) -> [Tape.Value] {
        var state = encoder.start(strings.count, on: &tape)
        return sequence.slots.indices.map { slot in
            let input = tape.rows(values[embedding], strings.map { row(slot, $0[slot]) })
            state = encoder.step(state, input, values, on: &tape)
            return tape.unitRows(state.output)
        }
    }

    /// The points of strings: the mean of their outputs, of length 1.
    func point(_ outputs: [Tape.Value], on tape: inout Tape) -> Tape.Value {
        tape.unitRows(outputs.dropFirst().reduce(outputs[0]) { tape.sum($0, $1) })
    }

    /// The predicted worth of points, as a column.
    func predict(_ point: Tape.Value, _ values: [Tape.Value], on tape: inout Tape) -> Tape.Value {
        let product = tape.product(point, values[predictor.weight])
        let hidden = tape.tanh(tape.sum(product, row: values[predictor.bias]))
        return tape.sigmoid(tape.sum(tape.product(hidden, values[predictor.out]), row: values[predictor.outBias]))
    }

    /// Reads strings from points; `choose` is shown the logarithms of probabilities for a slot and tells what each row
    /// chooses, which is the next step's input.
    func decode(
        _ point: Tape.Value, _ outputs: [Tape.Value], _ values: [Tape.Value], on tape: inout Tape,
        _ choose: (_ slot: Int, _ logarithms: Tape.Value, _ tape: inout Tape) -> [Int?]
    ) {
        let count = tape[point].rows
        var state = LSTM.State(output: point, cell: point)
        var rows = [Int](repeating: 0, count: count)
        for slot in sequence.slots.indices {
            state = decoder.step(state, tape.rows(values[embedding], rows), values, on: &tape)
            let question = tape.product(state.output, values[query])
            let matches = outputs.map { tape.rowSums(tape.times(question, $0)) }
            let logarithms = tape.logarithmOfSoftmax(tape.joined(matches))
            let attention = tape.exponential(logarithms)
            let parts = outputs.indices.map {
                tape.times(outputs[$0], column: tape.columns(attention, $0..<($0 + 1)))
            }
            let context = parts.dropFirst().reduce(parts[0]) { tape.sum($0, $1) }
            let product = tape.product(tape.joined([context, state.output]), values[combination.weight])
            let shown = tape.tanh(tape.sum(product, row: values[combination.bias]))
            let head = heads[sequence.slots[slot].kind]
            let scores = tape.sum(tape.product(shown, values[head.weight]), row: values[head.bias])
            let chosen = choose(slot, tape.logarithmOfSoftmax(scores), &tape)
            rows = chosen.map { row(slot, $0) }
        }
    }

    /// The joint loss of examples: the squared error of the prediction and the improbability of the string.
    func loss(_ examples: [Example], _ values: [Tape.Value], on tape: inout Tape) -> Tape.Value {
        let outputs = encode(examples.map(\.choices), values, on: &tape)
        let point = point(outputs, on: &tape)
        let worth = tape.value(Matrix(rows: examples.count, columns: 1, examples.map { -$0.worth }))
        let error = tape.sum(predict(point, values, on: &tape), worth)
        let squared = tape.mean(tape.times(error, error))
        var improbability: [Tape.Value] = []
        decode(point, outputs, values, on: &tape) { slot, logarithms, tape in
            let choices = examples.map { $0.choices[slot] }
            let known = tape.value(Matrix(rows: choices.count, columns: 1, choices.map { $0 == nil ? 0 : -1 }))
            improbability.append(
                tape.mean(tape.times(tape.picked(logarithms, choices.map { $0 ?? 0 }), known)))
            return choices
        }
        let reading = improbability.dropFirst().reduce(improbability[0]) { tape.sum($0, $1) }
        return tape.sum(
            tape.scaled(squared, by: settings.tradeoff),
            tape.scaled(reading, by: (1 - settings.tradeoff) / Double(improbability.count)))
    }

    // MARK: Training

    /// Trains with the examples, in random order, each about equally often.
    mutating func train(_ examples: [Example], using generator: inout some RandomNumberGenerator) {
        guard !examples.isEmpty else { return }
        var optimizer = Adam(parameters, learningRate: settings.learningRate, clip: 5)
        var order: [Example] = []
        for _ in 0..<min(settings.steps, settings.stepsPerExample * examples.count) {
            while order.count < settings.batch { order += examples.shuffled(using: &generator) }
            let batch = Array(order.suffix(settings.batch))
            order.removeLast(settings.batch)
            var tape = Tape()
            let values = parameters.values(on: &tape)
            let loss = loss(batch, values, on: &tape)
            let gradients = tape.gradients(of: loss)
            optimizer.step(&parameters, values.map { gradients[$0] })
        }
    }

    /// A parameter by its place among all of them.
    subscript(place: Int) -> Double {
        get { parameters[place] }
        set { parameters[place] = newValue }
    }

    // MARK: Use

    /// The predicted worth of strings.
    func predictions(of strings: [[Int?]]) -> [Double] {
        guard !strings.isEmpty else { return [] }
        var tape = Tape()
        let values = parameters.values(on: &tape)
        let point = point(encode(strings, values, on: &tape), on: &tape)
        let worth = predict(point, values, on: &tape)
        return tape[worth].values
    }

    /// The points of strings, a row for each.
    func points(of strings: [[Int?]]) -> Matrix {
        var tape = Tape()
        let values = parameters.values(on: &tape)
        let point = point(encode(strings, values, on: &tape), on: &tape)
        return tape[point]
    }

    /// Strings that are read from the points of others after these went a step uphill, as far as the step's length says; 0
    /// reads the strings themselves.
    func strings(from others: [[Int?]], uphill step: Double) -> [[Int?]] {
        guard !others.isEmpty else { return [] }
        var tape = Tape()
        let values = parameters.values(on: &tape)
        var outputs = encode(others, values, on: &tape)
        if step > 0 {
            let worth = predict(point(outputs, on: &tape), values, on: &tape)
            let gradients = tape.gradients(of: worth)
            outputs = outputs.map { output in
                var moved = tape[output]
                moved.add(gradients[output], scaled: step)
                let value = tape.value(moved)
                return tape.unitRows(value)
            }
        }
        let point = point(outputs, on: &tape)
        var strings = others.map { _ in [Int?](repeating: nil, count: sequence.slots.count) }
        var next = [Int](repeating: 0, count: others.count)
        decode(point, outputs, values, on: &tape) { slot, logarithms, tape in
            let shares = tape[logarithms]
            for row in strings.indices where next[row] == slot {
                let choice = (0..<shares.columns).max { shares[row, $0] < shares[row, $1] } ?? 0
                strings[row][slot] = choice
                next[row] = sequence.next(after: slot, choice)
            }
            return strings.map { $0[slot] }
        }
        return strings
    }
}

// MARK: - How good it is

extension StructureAutoencoder {
    /// Share of the pairs of examples of different worth that are predicted in their order; 0.5 is chance.
    func rankingAccuracy(on examples: [Example]) -> Double {
        let predictions = predictions(of: examples.map(\.choices))
        var (right, all) = (0.0, 0.0)
        for first in examples.indices {
            for second in examples.indices where examples[first].worth > examples[second].worth {
                all += 1
                let difference = predictions[first] - predictions[second]
                right += difference > 0 ? 1 : difference == 0 ? 0.5 : 0
            }
        }
        return all == 0 ? 0.5 : right / all
    }

    /// Share of the slots in which strings that are encoded and read again differ.
    func decodingDistance(on examples: [Example]) -> Double {
        let strings = examples.map(\.choices)
        let different = zip(strings, self.strings(from: strings, uphill: 0)).reduce(0) { sum, pair in
            sum + zip(pair.0, pair.1).count { $0 != $1 }
        }
        return Double(different) / Double(max(1, strings.count * sequence.slots.count))
    }
}
