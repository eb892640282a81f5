import Foundation

/// Records matrix computations, and computes the gradient of one result with respect to everything before it
/// (reverse-mode differentiation).
///
/// ```swift
/// var tape = Tape()
/// let weight = tape.value(matrix)
/// let loss = tape.mean(tape.tanh(tape.product(input, weight)))
/// let gradient = tape.gradients(of: loss)[weight]
/// ```
public struct Tape {
    /// A recorded value.
    public struct Value: Hashable, Sendable {
        let index: Int
    }

    /// The gradients of one result.
    public struct Gradients {
        fileprivate var matrices: [Matrix?]
        fileprivate let shapes: [(rows: Int, columns: Int)]

        /// The gradient with respect to a value; zeros if the result does not depend on it.
        public subscript(value: Value) -> Matrix {
            matrices[value.index]
                ?? Matrix(rows: shapes[value.index].rows, columns: shapes[value.index].columns)
        }

        fileprivate mutating func add(_ matrix: Matrix, to value: Value) {
            if matrices[value.index] == nil {
                matrices[value.index] = matrix
            } else {
                matrices[value.index]?.add(matrix)
            }
        }
    }

    private typealias Backward = (_ gradient: Matrix, _ gradients: inout Gradients) -> Void

    private var matrices: [Matrix] = []
    private var backward: [Backward?] = []

    /// An empty tape.
    public init() {}

    /// The numbers of a value.
    public subscript(value: Value) -> Matrix { matrices[value.index] }

    /// Records a value without a computation: a parameter or an input.
    public mutating func value(_ matrix: Matrix) -> Value { append(matrix, nil) }

    private mutating func append(_ matrix: Matrix, _ backward: Backward?) -> Value {
        matrices.append(matrix)
        self.backward.append(backward)
        return Value(index: matrices.count - 1)
    }

    /// The gradients of the sum of a value's numbers.
    public func gradients(of result: Value) -> Gradients {
        var gradients = Gradients(
            matrices: [Matrix?](repeating: nil, count: matrices.count),
            shapes: matrices.map { ($0.rows, $0.columns) })
        gradients.matrices[result.index] = Matrix(
            rows: self[result].rows, columns: self[result].columns, repeating: 1)
        for index in (0...result.index).reversed() {
            guard let step = backward[index], let gradient = gradients.matrices[index] else { continue }
            step(gradient, &gradients)
        }
        return gradients
    }
}

// MARK: - Arithmetic

extension Tape {
    /// The matrix product.
    public mutating func product(_ first: Value, _ second: Value) -> Value {
        let (left, right) = (self[first], self[second])
        return append(left * right) { gradient, gradients in
            gradients.add(gradient * right.transposed, to: first)
            var weight = Matrix(rows: right.rows, columns: right.columns)
            weight.add(transposed: left, times: gradient)
            gradients.add(weight, to: second)
        }
    }

    /// The element-wise sum of two values.
    public mutating func sum(_ first: Value, _ second: Value) -> Value {
        append(self[first].combined(with: self[second], +)) { gradient, gradients in
            gradients.add(gradient, to: first)
            gradients.add(gradient, to: second)
        }
    }

    /// Adds the single row of another value to each row.
    public mutating func sum(_ value: Value, row: Value) -> Value {
        let (matrix, added) = (self[value], self[row])
        var result = matrix
        for index in result.values.indices { result.values[index] += added.values[index % matrix.columns] }
        return append(result) { gradient, gradients in
            gradients.add(gradient, to: value)
            let ones = Matrix(rows: 1, columns: gradient.rows, repeating: 1)
            gradients.add(ones * gradient, to: row)
        }
    }

    /// The element-wise product.
    public mutating func times(_ first: Value, _ second: Value) -> Value {
        let (left, right) = (self[first], self[second])
        return append(left.combined(with: right, *)) { gradient, gradients in
            gradients.add(gradient.combined(with: right, *), to: first)
            gradients.add(gradient.combined(with: left, *), to: second)
        }
    }

    /// The product with a number.
    public mutating func scaled(_ value: Value, by factor: Double) -> Value {
        append(self[value].map { $0 * factor }) { gradient, gradients in
            gradients.add(gradient.map { $0 * factor }, to: value)
        }
    }

    /// The sum of all numbers, as a single number.
    public mutating func total(_ value: Value) -> Value {
        let matrix = self[value]
        let total = Matrix(rows: 1, columns: 1, [matrix.values.reduce(0, +)])
        return append(total) { gradient, gradients in
            gradients.add(
                Matrix(rows: matrix.rows, columns: matrix.columns, repeating: gradient.values[0]), to: value)
        }
    }

    /// The mean of all numbers, as a single number.
    public mutating func mean(_ value: Value) -> Value {
        scaled(total(value), by: 1 / Double(max(1, self[value].values.count)))
    }

    /// The sum of each row, as a column.
    public mutating func rowSums(_ value: Value) -> Value {
        let columns = self[value].columns
        return append(self[value].rowSums) { gradient, gradients in
            let ones = Matrix(rows: 1, columns: columns, repeating: 1)
            gradients.add(gradient * ones, to: value)
        }
    }
}

// MARK: - Functions

extension Tape {
    /// The hyperbolic tangent of each number.
    public mutating func tanh(_ value: Value) -> Value {
        let result = self[value].map { Foundation.tanh($0) }
        return append(result) { gradient, gradients in
            gradients.add(gradient.combined(with: result) { $0 * (1 - $1 * $1) }, to: value)
        }
    }

    /// The logistic function of each number.
    public mutating func sigmoid(_ value: Value) -> Value {
        let result = self[value].map { 1 / (1 + exp(-$0)) }
        return append(result) { gradient, gradients in
            gradients.add(gradient.combined(with: result) { $0 * $1 * (1 - $1) }, to: value)
        }
    }

    /// The exponential of each number.
    public mutating func exponential(_ value: Value) -> Value {
        let result = self[value].map { exp($0) }
        return append(result) { gradient, gradients in
            gradients.add(gradient.combined(with: result, *), to: value)
        }
    }

    /// The log-softmax of each row.
    public mutating func logarithmOfSoftmax(_ value: Value) -> Value {
        let result = self[value].mapRows { row in
            let highest = row.max() ?? 0
            let norm = highest + log(row.reduce(0) { $0 + exp($1 - highest) })
            return row.map { $0 - norm }
        }
        return append(result) { gradient, gradients in
            let sums = gradient.rowSums
            let share = result.map { exp($0) }.scalingRows(by: sums)
            gradients.add(gradient.combined(with: share, -), to: value)
        }
    }
}

// MARK: - Choosing

extension Tape {
    /// Rows of a value in the given order, with repetition.
    public mutating func rows(_ value: Value, _ indices: [Int]) -> Value {
        let matrix = self[value]
        var result = Matrix(rows: indices.count, columns: matrix.columns)
        for (row, index) in indices.enumerated() {
            for column in 0..<matrix.columns { result[row, column] = matrix[index, column] }
        }
        return append(result) { gradient, gradients in
            var scattered = Matrix(rows: matrix.rows, columns: matrix.columns)
            for (row, index) in indices.enumerated() {
                for column in 0..<matrix.columns { scattered[index, column] += gradient[row, column] }
            }
            gradients.add(scattered, to: value)
        }
    }

    /// One number per row, from the given column, as a column.
    public mutating func picked(_ value: Value, _ columns: [Int]) -> Value {
        let matrix = self[value]
        let result = columns.enumerated().map { matrix[$0.offset, $0.element] }
        return append(Matrix(rows: columns.count, columns: 1, result)) { gradient, gradients in
            var scattered = Matrix(rows: matrix.rows, columns: matrix.columns)
            for (row, column) in columns.enumerated() { scattered[row, column] = gradient.values[row] }
            gradients.add(scattered, to: value)
        }
    }

    /// A range of columns.
    public mutating func columns(_ value: Value, _ range: Range<Int>) -> Value {
        let matrix = self[value]
        return append(matrix.columns(range)) { gradient, gradients in
            var scattered = Matrix(rows: matrix.rows, columns: matrix.columns)
            for row in 0..<matrix.rows {
                for column in range { scattered[row, column] = gradient[row, column - range.lowerBound] }
            }
            gradients.add(scattered, to: value)
        }
    }
}

extension Matrix {
    /// The sum of each row, as a column.
    var rowSums: Matrix {
        var sums = Matrix(rows: rows, columns: 1)
        for row in 0..<rows {
            for column in 0..<columns { sums.values[row] += values[row * columns + column] }
        }
        return sums
    }

    /// A range of columns.
    func columns(_ range: Range<Int>) -> Matrix {
        var result = Matrix(rows: rows, columns: range.count)
        for row in 0..<rows {
            for column in range { result[row, column - range.lowerBound] = self[row, column] }
        }
        return result
    }

    /// Multiplies each row by the number in a column.
    func scalingRows(by factors: Matrix) -> Matrix {
        precondition(factors.rows == rows && factors.columns == 1, "there must be one factor for each row")
        var result = self
        for row in 0..<rows {
            for column in 0..<columns { result.values[row * columns + column] *= factors.values[row] }
        }
        return result
    }

    /// Applies a function to every row.
    func mapRows(_ transform: (ArraySlice<Double>) -> [Double]) -> Matrix {
        Matrix(
            rows: rows, columns: columns,
            (0..<rows).flatMap { transform(values[($0 * columns)..<(($0 + 1) * columns)]) })
    }
}
