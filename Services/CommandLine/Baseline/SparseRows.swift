/// Rows of which only some columns have values, in compressed sparse row form.
struct SparseRows {
    /// The index of each row's first value, and the end of the last row.
    private(set) var starts = [0]
    /// The column of each value.
    private(set) var indices: [UInt32] = []
    /// The values of all rows, one row after the other.
    private(set) var values: [Float] = []

    /// Number of rows.
    var count: Int { starts.count - 1 }

    /// Adds a value to the row in progress.
    mutating func add(_ value: Float, column: Int) {
        indices.append(UInt32(column))
        values.append(value)
    }

    /// Ends the row in progress.
    mutating func endRow() { starts.append(values.count) }

    /// Multiplies the values of some columns by their factors, and scales this part of every row to length 1.
    mutating func weigh(_ columns: Range<Int>, by factors: [Float]) {
        for row in 0..<count {
            let places = (starts[row]..<starts[row + 1]).filter { columns.contains(Int(indices[$0])) }
            for place in places { values[place] *= factors[Int(indices[place])] }
            let squares = places.reduce(0) { $0 + values[$1] * values[$1] }
            guard squares > 0 else { continue }
            for place in places { values[place] /= squares.squareRoot() }
        }
    }
}
