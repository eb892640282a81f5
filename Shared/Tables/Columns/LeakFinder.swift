import Model

/// Finds columns that give the answer away: those whose values determine the class without exception, or that are
/// copies of the number to learn.
struct LeakFinder {
    private struct Candidate {
        let column: Int
        let field: Int
        let style: NumberStyle
        let isNumber: Bool
        var classes: [UInt64: Int32] = [:]
        var numbers: [UInt64: Double] = [:]
        var rows = 0
    }

    /// Columns with more values than this are not tracked.
    private static let mostValues = 2_000
    private let kind: Target.Kind
    private let classCount: Int
    private var candidates: [Candidate]

    /// Starts with the columns that could give the answer away.
    init(_ columns: [SampleColumn], target: SampleTarget, rows: Int) {
        kind = target.target.kind
        classCount = target.target.names.count
        let isRegression = kind == .regression
        candidates = columns.indices.compactMap { index in
            let column = columns[index]
            let isNumber = column.kind == .number
            guard column.role == .input, column.kind == .category || isNumber, column.fields.count == 1,
                column.distinct >= 2
            else { return nil }
            if isRegression ? !isNumber : column.distinct > Self.mostValues || column.distinct * 3 > rows { return nil }
            return Candidate(column: index, field: column.fields[0], style: column.style, isNumber: isNumber)
        }
        if kind == .multiLabel { candidates = [] }
    }

    /// Adds a row. A column that the row rules out is no longer tracked.
    mutating func add(_ row: RawRow, _ answer: SampleAnswer) {
        for index in candidates.indices.reversed() {
            let isDisproved =
                switch answer {
                case .class(let number): add(row, Int32(number), to: &candidates[index])
                case .numbers(let numbers): add(row, numbers, to: &candidates[index])
                case .labels: true
                }
            if isDisproved { candidates.remove(at: index) }
        }
    }

    private func add(_ row: RawRow, _ number: Int32, to candidate: inout Candidate) -> Bool {
        let key = row.key(candidate.field)
        guard key != 0 else { return false }
        candidate.rows += 1
        if let other = candidate.classes[key] { return other != number }
        candidate.classes[key] = number
        if candidate.isNumber { candidate.numbers[key] = row.number(candidate.field, style: candidate.style) }
        return false
    }

    private func add(_ row: RawRow, _ numbers: [Double], to candidate: inout Candidate) -> Bool {
        guard let number = row.number(candidate.field, style: candidate.style) else { return false }
        candidate.rows += 1
        return !numbers.contains(number)
    }

    /// The columns that give the answer away and whose values all occur often enough to rule out chance.
    func leaks(rows: Int) -> [Int] {
        candidates.filter { candidate in
            guard candidate.rows * 10 >= rows * 9 else { return false }
            guard kind == .classification else { return rows >= 10 }
            return Set(candidate.classes.values).count >= min(classCount, 2)
                && candidate.rows >= 3 * candidate.classes.count && !isScale(candidate)
        }.map(\.column)
    }

    /// Whether classes are ranges of a scale, as with measurements: light below 5, heavy from there on. A copy of the
    /// class has one number per class.
    private func isScale(_ candidate: Candidate) -> Bool {
        guard candidate.isNumber, candidate.classes.count > 2 * classCount else { return false }
        let sorted = candidate.numbers.sorted { $0.value < $1.value }.compactMap { candidate.classes[$0.key] }
        return zip(sorted, sorted.dropFirst()).count { $0 != $1 } <= 2 * classCount
    }
}
