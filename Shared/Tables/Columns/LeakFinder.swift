import Model

/// Finds columns from whose values the class follows without exception.
struct LeakFinder {
    private struct Candidate {
        let column: Int
        let field: Int
        var classes: [UInt64: Int32] = [:]
        var rows = 0
    }

    /// Columns with more values than this are not followed.
    private static let mostValues = 2_000
    private var candidates: [Candidate]

    /// Begins with the columns that could be such.
    init(_ columns: [SampleColumn], rows: Int) {
        candidates = columns.indices.compactMap { index in
            let column = columns[index]
            guard column.role == .input, [.category, .number].contains(column.kind), column.fields.count == 1,
                column.distinct >= 2, column.distinct <= Self.mostValues, column.distinct * 3 <= rows
            else { return nil }
            return Candidate(column: index, field: column.fields[0])
        }
    }

    /// Takes a row; a column that it disproves is followed no more.
    mutating func add(_ row: RawRow, class number: Int32) {
        for index in candidates.indices.reversed() {
            let key = row.key(candidates[index].field)
            guard key != 0 else { continue }
            candidates[index].rows += 1
            if let other = candidates[index].classes[key] {
                if other != number { candidates.remove(at: index) }
            } else {
                candidates[index].classes[key] = number
            }
        }
    }

    /// The columns that give the class away, as far as that can be no chance: every value often enough.
    func leaks(classes: Int, rows: Int) -> [Int] {
        candidates.filter { candidate in
            candidate.rows * 10 >= rows * 9 && Set(candidate.classes.values).count >= min(classes, 2)
                && candidate.rows >= 3 * candidate.classes.count
        }.map(\.column)
    }
}
