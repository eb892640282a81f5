/// A table of numbers, such as the cost of every pair of a track and a detection.
struct Matrix: Hashable, Sendable {
    /// Number of rows.
    let rows: Int
    /// Number of columns.
    let columns: Int
    /// The numbers, row after row.
    private(set) var values: [Double]

    /// Makes a matrix of one value.
    init(rows: Int, columns: Int, repeating value: Double = 0) {
        self.rows = rows
        self.columns = columns
        values = Array(repeating: value, count: rows * columns)
    }

    /// Makes a matrix from the value at each row and column.
    init(rows: Int, columns: Int, _ value: (_ row: Int, _ column: Int) -> Double) {
        self.rows = rows
        self.columns = columns
        values = []
        values.reserveCapacity(rows * columns)
        for row in 0..<rows {
            for column in 0..<columns { values.append(value(row, column)) }
        }
    }

    /// The number at a row and a column.
    subscript(row: Int, column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    /// The matrix with some of its rows and columns, in the given order.
    func selecting(rows: [Int], columns: [Int]) -> Matrix {
        Matrix(rows: rows.count, columns: columns.count) { self[rows[$0], columns[$1]] }
    }
}
