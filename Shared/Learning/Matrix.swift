import Foundation

/// A matrix of numbers.
public struct Matrix: Hashable, Sendable, Codable {
    /// Number of rows.
    public let rows: Int
    /// Number of columns.
    public let columns: Int
    /// The numbers in row-major order.
    public var values: [Double]

    /// Makes a matrix from numbers in row-major order.
    public init(rows: Int, columns: Int, _ values: [Double]) {
        precondition(values.count == rows * columns, "a matrix needs \(rows) × \(columns) numbers")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// Makes a matrix with the same number everywhere.
    public init(rows: Int, columns: Int, repeating value: Double = 0) {
        self.init(rows: rows, columns: columns, [Double](repeating: value, count: rows * columns))
    }

    /// Makes a matrix of numbers uniform between −bound and bound.
    public init(
        rows: Int, columns: Int, uniform bound: Double, using generator: inout some RandomNumberGenerator
    ) {
        let values = (0..<rows * columns).map { _ in
            (Double(generator.next() >> 11) * 0x1p-52 - 1) * bound
        }
        self.init(rows: rows, columns: columns, values)
    }

    /// The number in a row and a column.
    public subscript(row: Int, column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    /// The transpose.
    public var transposed: Matrix {
        var result = Matrix(rows: columns, columns: rows)
        for row in 0..<rows {
            for column in 0..<columns { result.values[column * rows + row] = values[row * columns + column] }
        }
        return result
    }

    /// The matrix product.
    public static func * (first: Matrix, second: Matrix) -> Matrix {
        var result = Matrix(rows: first.rows, columns: second.columns)
        result.add(first, times: second)
        return result
    }

    /// Adds the product of two matrices.
    mutating func add(_ first: Matrix, times second: Matrix) {
        precondition(first.columns == second.rows && rows == first.rows && columns == second.columns, "shapes differ")
        let (inner, width) = (first.columns, second.columns)
        values.withUnsafeMutableBufferPointer { result in
            first.values.withUnsafeBufferPointer { first in
                second.values.withUnsafeBufferPointer { second in
                    for row in 0..<rows {
                        for middle in 0..<inner {
                            let factor = first[row * inner + middle]
                            if factor == 0 { continue }
                            // The innermost loop runs along rows, so that it vectorizes with the same order of
                            // summation.
                            for column in 0..<width {
                                result[row * width + column] += factor * second[middle * width + column]
                            }
                        }
                    }
                }
            }
        }
    }

    /// Adds the product of a transposed matrix and another.
    mutating func add(transposed first: Matrix, times second: Matrix) {
        add(first.transposed, times: second)
    }

    /// Adds a multiple of another matrix.
    public mutating func add(_ other: Matrix, scaled factor: Double = 1) {
        precondition(rows == other.rows && columns == other.columns, "shapes differ")
        values.withUnsafeMutableBufferPointer { values in
            other.values.withUnsafeBufferPointer { other in
                for index in 0..<values.count { values[index] += factor * other[index] }
            }
        }
    }

    /// Applies a function to every number.
    func map(_ transform: (Double) -> Double) -> Matrix {
        Matrix(rows: rows, columns: columns, values.map(transform))
    }

    /// Combines each number with the one of another matrix at the same place.
    func combined(with other: Matrix, _ combine: (Double, Double) -> Double) -> Matrix {
        precondition(rows == other.rows && columns == other.columns, "shapes differ")
        var result = self
        result.values.withUnsafeMutableBufferPointer { result in
            other.values.withUnsafeBufferPointer { other in
                for index in 0..<result.count { result[index] = combine(result[index], other[index]) }
            }
        }
        return result
    }
}
