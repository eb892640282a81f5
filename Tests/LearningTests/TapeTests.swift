import Learning
import Model
import Testing

@Suite struct TapeTests {
    /// A function of some parameters, which is a number.
    typealias Function = @Sendable (inout Tape, [Tape.Value]) -> Tape.Value

    static let functions: [(String, Function)] = [
        ("product", { tape, values in tape.product(values[0], values[1]) }),
        ("sum", { tape, values in tape.tanh(tape.sum(values[0], values[2])) }),
        ("row", { tape, values in tape.tanh(tape.sum(values[0], row: values[3])) }),
        ("times", { tape, values in tape.times(values[0], tape.tanh(values[2])) }),
        ("itself", { tape, values in tape.times(values[0], values[0]) }),
        ("sigmoid", { tape, values in tape.sigmoid(values[0]) }),
        ("exponential", { tape, values in tape.exponential(tape.scaled(values[0], by: 0.5)) }),
        ("softmax", { tape, values in tape.picked(tape.logarithmOfSoftmax(values[0]), [3, 0, 2]) }),
        (
            "entropy",
            { tape, values in
                let logarithms = tape.logarithmOfSoftmax(values[0])
                return tape.times(tape.exponential(logarithms), logarithms)
            }
        ),
        ("rows", { tape, values in tape.tanh(tape.rows(values[0], [2, 0, 2, 2])) }),
        ("columns", { tape, values in tape.tanh(tape.columns(values[2], 1..<2)) }),
        ("row sums", { tape, values in tape.tanh(tape.rowSums(values[0])) }),
        ("mean", { tape, values in tape.mean(tape.tanh(values[0])) }),
    ]

    @Test(arguments: functions.map(\.0))
    func `gradients agree with finite differences`(name: String) throws {
        let function = try #require(Self.functions.first { $0.0 == name }).1
        var generator = SplitMix64(seed: 1)
        var parameters = Parameters()
        for (rows, columns) in [(3, 4), (4, 2), (3, 4), (1, 4)] {
            _ = parameters.add(rows: rows, columns: columns, uniform: 1, using: &generator)
        }
        try Self.check(parameters, function)
    }

    @Test func `gradients of an LSTM agree with finite differences`() throws {
        var generator = SplitMix64(seed: 1)
        var parameters = Parameters()
        let memory = LSTM(inputs: 3, size: 5, in: &parameters, uniform: 0.8, using: &generator)
        let inputs = (0..<4).map { _ in Matrix(rows: 2, columns: 3, uniform: 1, using: &generator) }
        try Self.check(parameters) { tape, values in
            var state = memory.start(2, on: &tape)
            for input in inputs { state = memory.step(state, tape.value(input), values, on: &tape) }
            return tape.times(state.output, state.cell)
        }
    }

    private static func check(_ parameters: Parameters, _ function: Function) throws {
        func total(_ parameters: Parameters) -> Double {
            var tape = Tape()
            let values = parameters.values(on: &tape)
            let result = function(&tape, values)
            return tape[result].values.reduce(0, +)
        }
        var tape = Tape()
        let values = parameters.values(on: &tape)
        let result = function(&tape, values)
        // The gradients are those of the sum of all numbers.
        let gradients = tape.gradients(of: result)
        let found = values.flatMap { gradients[$0].values }
        #expect(found.contains { abs($0) > 1e-3 })
        for place in 0..<parameters.count {
            var (above, below) = (parameters, parameters)
            above[place] += 1e-5
            below[place] -= 1e-5
            let slope = (total(above) - total(below)) / 2e-5
            #expect(abs(found[place] - slope) < 1e-6 * max(1, abs(slope)), "parameter \(place)")
        }
    }
}
