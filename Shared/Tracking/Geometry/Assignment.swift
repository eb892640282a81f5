/// A pair of a row and a column of a cost matrix.
struct Match: Hashable, Sendable {
    let row: Int
    let column: Int
}

extension Matrix {
    /// Pairs rows with columns so that the sum of the pairs' costs is minimal: the Hungarian assignment.
    ///
    /// The number of pairs is the length of the shorter side; pairs are ordered by row. If several assignments are
    /// optimal, the result is always the same one. Shortest augmenting paths with potentials, O(shorter² × longer);
    /// Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
    /// Computing 38, 1987.
    func leastCostAssignment() -> [Match] {
        guard rows > 0, columns > 0 else { return [] }
        guard rows <= columns else {
            return transposed.leastCostAssignment().map { Match(row: $0.column, column: $0.row) }
                .sorted { $0.row < $1.row }
        }
        var search = AugmentingPathSearch(costs: self)
        for row in 0..<rows { search.assign(row) }
        return search.matches.sorted { $0.row < $1.row }
    }

    /// Pairs rows with columns so that the sum of the pairs' weights is maximal.
    func greatestWeightAssignment() -> [Match] { negated.leastCostAssignment() }

    private var transposed: Matrix { Matrix(rows: columns, columns: rows) { self[$1, $0] } }
    private var negated: Matrix { Matrix(rows: rows, columns: columns) { -self[$0, $1] } }
}

/// Adds one row after another to an assignment of minimum cost; there are at least as many columns as rows.
private struct AugmentingPathSearch {
    private let costs: Matrix
    private var rowPotential: [Double]
    private var columnPotential: [Double]
    private var rowOfColumn: [Int?]
    // State of the current row's search, kept to reuse its storage.
    private var distance: [Double]
    private var previousColumn: [Int?]
    private var isSettled: [Bool]

    init(costs: Matrix) {
        self.costs = costs
        rowPotential = Array(repeating: 0, count: costs.rows)
        columnPotential = Array(repeating: 0, count: costs.columns)
        rowOfColumn = Array(repeating: nil, count: costs.columns)
        distance = []
        previousColumn = []
        isSettled = []
    }

    var matches: [Match] {
        rowOfColumn.enumerated().compactMap { column, row in row.map { Match(row: $0, column: column) } }
    }

    mutating func assign(_ row: Int) {
        distance = Array(repeating: .infinity, count: costs.columns)
        previousColumn = Array(repeating: nil, count: costs.columns)
        isSettled = Array(repeating: false, count: costs.columns)
        var last: Int?
        var current = row
        var reached = 0.0
        while true {
            let (column, length) = step(from: current, reachedBy: last, at: reached)
            isSettled[column] = true
            last = column
            reached = length
            guard let next = rowOfColumn[column] else { break }
            current = next
        }
        updatePotentials(startingAt: row, length: reached)
        if let last { augment(row, to: last) }
    }

    /// Shortens the paths to all open columns through a row, and takes the nearest column.
    private mutating func step(from row: Int, reachedBy last: Int?, at reached: Double) -> (column: Int, length: Double)
    {
        let offset = reached - rowPotential[row]
        var nearest = -1
        var shortest = Double.infinity
        for column in 0..<costs.columns where !isSettled[column] {
            let length = offset + costs[row, column] - columnPotential[column]
            if length < distance[column] {
                distance[column] = length
                previousColumn[column] = last
            }
            if nearest < 0 || distance[column] < shortest {
                nearest = column
                shortest = distance[column]
            }
        }
        return (nearest, shortest)
    }

    private mutating func updatePotentials(startingAt row: Int, length: Double) {
        rowPotential[row] += length
        for column in 0..<costs.columns where isSettled[column] {
            let slack = length - distance[column]
            columnPotential[column] -= slack
            if let owner = rowOfColumn[column] { rowPotential[owner] += slack }
        }
    }

    /// Flips the pairs along the path, so that the new row gets a column.
    private mutating func augment(_ row: Int, to column: Int) {
        var column = column
        while let previous = previousColumn[column] {
            rowOfColumn[column] = rowOfColumn[previous]
            column = previous
        }
        rowOfColumn[column] = row
    }
}
