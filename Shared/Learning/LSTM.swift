/// The parameters of a model as one list, so that one optimizer updates them all.
public struct Parameters: Hashable, Sendable, Codable {
    /// The parameters.
    public internal(set) var matrices: [Matrix] = []

    /// No parameters.
    public init() {}

    /// Adds a parameter of random numbers.
    /// - Returns: Its index in the list.
    public mutating func add(
        rows: Int, columns: Int, uniform bound: Double, using generator: inout some RandomNumberGenerator
    ) -> Int {
        matrices.append(Matrix(rows: rows, columns: columns, uniform: bound, using: &generator))
        return matrices.count - 1
    }

    /// Total number of values.
    public var count: Int { matrices.reduce(0) { $0 + $1.values.count } }

    /// A value by its index among all of them.
    public subscript(place: Int) -> Double {
        get {
            let (matrix, offset) = position(place)
            return matrices[matrix].values[offset]
        }
        set {
            let (matrix, offset) = position(place)
            matrices[matrix].values[offset] = newValue
        }
    }

    /// Sets all values, in order, from the beginning of a list.
    public mutating func set(_ numbers: ArraySlice<Float>) {
        var place = numbers.startIndex
        for index in matrices.indices {
            let count = matrices[index].values.count
            for offset in 0..<count { matrices[index].values[offset] = Double(numbers[place + offset]) }
            place += count
        }
    }

    private func position(_ place: Int) -> (matrix: Int, offset: Int) {
        var offset = place
        for (index, matrix) in matrices.enumerated() {
            if offset < matrix.values.count { return (index, offset) }
            offset -= matrix.values.count
        }
        preconditionFailure("there is no parameter \(place)")
    }

    /// Records all parameters on a tape.
    public func values(on tape: inout Tape) -> [Tape.Value] { matrices.map { tape.value($0) } }
}

/// A long short-term memory with one layer.
public struct LSTM: Hashable, Sendable, Codable {
    /// The state carried from step to step.
    public struct State {
        /// Hidden state, which is also the output.
        public var output: Tape.Value
        /// Its memory.
        public var cell: Tape.Value

        /// Makes a state.
        public init(output: Tape.Value, cell: Tape.Value) {
            self.output = output
            self.cell = cell
        }
    }

    /// Size of the output and of the memory.
    public let size: Int
    private let input: Int
    private let recurrent: Int
    private let bias: Int

    /// Makes a layer whose parameters are added to others.
    public init(
        inputs: Int, size: Int, in parameters: inout Parameters, uniform bound: Double,
        using generator: inout some RandomNumberGenerator
    ) {
        self.size = size
        input = parameters.add(rows: inputs, columns: 4 * size, uniform: bound, using: &generator)
        recurrent = parameters.add(rows: size, columns: 4 * size, uniform: bound, using: &generator)
        bias = parameters.add(rows: 1, columns: 4 * size, uniform: bound, using: &generator)
    }

    /// A zero state for a number of sequences.
    public func start(_ sequences: Int, on tape: inout Tape) -> State {
        let zeros = tape.value(Matrix(rows: sequences, columns: size))
        return State(output: zeros, cell: zeros)
    }

    /// The state after another input; each row is a separate sequence.
    public func step(
        _ state: State, _ next: Tape.Value, _ parameters: [Tape.Value], on tape: inout Tape
    ) -> State {
        let fromInput = tape.product(next, parameters[input])
        let fromState = tape.product(state.output, parameters[recurrent])
        let gates = tape.sum(tape.sum(fromInput, fromState), row: parameters[bias])
        let opened = tape.sigmoid(tape.columns(gates, 0..<(3 * size)))
        let candidate = tape.tanh(tape.columns(gates, (3 * size)..<(4 * size)))
        let kept = tape.times(tape.columns(opened, 0..<size), state.cell)
        let taken = tape.times(tape.columns(opened, size..<(2 * size)), candidate)
        let cell = tape.sum(kept, taken)
        let shown = tape.tanh(cell)
        return State(output: tape.times(tape.columns(opened, (2 * size)..<(3 * size)), shown), cell: cell)
    }
}
