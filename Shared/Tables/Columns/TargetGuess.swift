import Model

/// Guesses which columns are the answer from their names, contents and positions.
///
/// Every column that could be the answer gets points: for a typical name, for being last or first, and for being the
/// only one of its kind. Without a clear winner there is an error rather than a random guess.
struct TargetGuess {
    /// The columns of an answer, and why they were chosen.
    struct Choice {
        var columns: [Int]
        var reason: String
    }

    let columns: [SampleColumn]
    let profiles: [ColumnProfile]
    let rows: Int

    /// Points by which the winner must lead.
    private static let margin = 1.0

    /// The columns that are most likely the answer.
    /// - Throws: `Failure` that lists the candidates if several are equally likely.
    func choice() throws -> Choice {
        if let alone = columns.first(where: {
            AnswerNames.points(of: $0.name) >= 8 && $0.distinct == 1 && $0.role == .input
        }) {
            throw Failure(
                .invalidArgument,
                "The column '\(alone.name)' has only one value (\(alone.examples.first ?? "")), so there is nothing to "
                    + "learn. Name another column with --target COLUMN, or in a file 'target: {column: …}'.")
        }
        let possible = columns.indices.filter(isPossible)
        guard !possible.isEmpty else {
            throw Failure(
                .invalidArgument,
                "There is nothing to predict in the data: no column of categories, labels or numbers among "
                    + "\(columns.prefix(20).map(\.name).joined(separator: ", ")).")
        }
        // Among equally likely columns the later one comes first, because answers usually follow the inputs.
        let ranked = possible.map { (column: $0, points: points(of: $0, among: possible)) }
            .sorted { ($0.points.total, $0.column) > ($1.points.total, $1.column) }
        guard let best = ranked.first else { throw Failure(.internal, "no column was ranked") }
        if best.points.name <= 0, let several = several(among: possible) { return several }
        if best.points.name > 0, let alike = alike(best.column, among: possible) { return alike }
        let near = ranked.filter { best.points.total - $0.points.total < Self.margin }
        if near.count > 1, near.contains(where: { $0.points.name <= 0 }) { throw undecided(near.map(\.column)) }
        try checkClasses(of: columns[best.column])
        return Choice(columns: [best.column], reason: reason(best.column, best.points, isOnly: possible.count == 1))
    }

    /// Refuses a column with more classes than can be learned, instead of learning a less likely one in silence.
    private func checkClasses(of column: SampleColumn) throws {
        guard column.kind == .text, column.distinct > DataLimits.outputs else { return }
        throw Failure(
            .invalidArgument,
            "The column '\(column.name)' seems to be the target, but it has \(column.distinct) different values, and at "
                + "most \(DataLimits.outputs) classes are possible. Merge or leave out rare ones, or name another "
                + "column with --target COLUMN.")
    }

    private func reason(_ index: Int, _ points: Points, isOnly: Bool) -> String {
        if points.name > 0 { return "by its name" }
        if isOnly { return "the only column of categories, labels or numbers" }
        guard points.isAlone else { return "the last column of categories, labels or numbers" }
        return "the only column of \(columns[index].kind == .number ? "few whole numbers" : "categories")"
    }

    private func undecided(_ candidates: [Int]) -> Failure {
        let listed = candidates.prefix(8).map { index in
            "'\(columns[index].name)' (\(columns[index].kind.rawValue), \(columns[index].distinct) different values)"
        }
        return Failure(
            .invalidArgument,
            "Cannot tell which column to predict. Candidates: \(listed.joined(separator: ", ")). Name one with "
                + "--target COLUMN, or in a file 'target: {column: …}'.")
    }

    // MARK: - Points

    private struct Points {
        var name = 0.0
        var place = 0.0
        var isAlone = false
        var total: Double { name + place + (isAlone ? 1.5 : 0) }
    }

    private func points(of index: Int, among possible: [Int]) -> Points {
        let column = columns[index]
        // In many tables row names come first and last, and answers are next to them.
        let placed = columns.indices.filter { columns[$0].kind != .identifier && columns[$0].kind != .empty }
        var points = Points(name: AnswerNames.points(of: column.name))
        if Self.isCoordinate(column.name, among: columns.map(\.name), isLast: index == placed.last) { points.name = 0 }
        if index == placed.last || index == possible.last && points.name <= 0 && placed.last.map(isInput) == true {
            points.place = column.kind == .number ? 2 : column.distinct == 2 ? 3 : 2.5
        } else if index == placed.first {
            points.place = points.name >= 5 ? 2 : isAlone(index, among: possible) ? 1.5 : 1
        }
        if column.kind == .labels { points.place += 3 }
        points.isAlone = index != placed.last && isAlone(index, among: possible)
        return points
    }

    /// Whether a column is the only one of categories or few whole numbers, and all others are measurements.
    private func isAlone(_ index: Int, among possible: [Int]) -> Bool {
        let others = possible.filter { $0 != index }
        guard columns[index].kind == .category || isCode(index), others.count >= 2 else { return false }
        return others.allSatisfy(isMeasured)
    }

    /// Whether a column holds inputs rather than answers: text, pictures, sounds, series.
    private func isInput(_ index: Int) -> Bool {
        columns[index].kind.modality.map { $0 != .table } ?? false
    }

    /// Whether a column holds few different whole numbers.
    private func isCode(_ index: Int) -> Bool {
        columns[index].kind == .number && profiles[index].areWhole
            && columns[index].distinct <= KindFinder.mostNumberClasses
    }

    /// Whether a column holds measurements: numbers that are not whole, or very many different ones.
    private func isMeasured(_ index: Int) -> Bool {
        columns[index].kind == .number
            && (!profiles[index].areWhole
                || columns[index].distinct > KindFinder.mostNumberClasses)
    }

    private func isPossible(_ index: Int) -> Bool {
        let column = columns[index]
        guard column.distinct > 1, column.role == .input else { return false }
        if [.category, .labels, .number].contains(column.kind) { return true }
        // Answers of several words, or too many to be categories, still count as answers if they are named so and recur.
        return column.kind == .text && column.distinct * 2 <= rows && AnswerNames.points(of: column.name) > 0
    }

    /// Whether a column `y` is a coordinate of a point `x`, `y`.
    private static func isCoordinate(_ name: String, among names: [String], isLast: Bool) -> Bool {
        guard name.lowercased() == "y" else { return false }
        let others = Set(names.map { $0.lowercased() })
        return others.contains("x") && names.count > 2 || others.contains("z") || !isLast && names.first != name
    }

    // MARK: - Several columns

    private func several(among possible: [Int]) -> Choice? {
        let areNumbers = possible.allSatisfy { columns[$0].kind == .number }
        if columns.indices.contains(where: isInput) {
            let flags = columns.indices.reversed().prefix { isFlag($0) }.sorted()
            if flags.count > 1 {
                return Choice(columns: flags, reason: "the last \(flags.count) columns, which hold 0 and 1")
            }
            guard areNumbers, possible.count > 1 else { return nil }
            return Choice(
                columns: possible, reason: "all columns of numbers, because nothing else indicates the target")
        }
        guard areNumbers else { return nil }
        if possible.last == columns.indices.last, let named = sharedEnding(possible) { return named }
        return designed(possible, "last") ?? designed(possible.reversed(), "first")
    }

    private func isFlag(_ index: Int) -> Bool {
        columns[index].kind == .number && profiles[index].areWhole
            && columns[index].minimum == 0 && columns[index].maximum == 1 && columns[index].distinct == 2
    }

    /// The last columns, if only these share their last word: `heating load`, `cooling load`.
    private func sharedEnding(_ possible: [Int]) -> Choice? {
        let words = possible.map { AnswerNames.words(of: columns[$0].name) }
        guard let last = words.last, last.count > 1, let ending = last.last else { return nil }
        let run = words.reversed().prefix { $0.count > 1 && $0.last == ending }.count
        let hasMedia = columns.indices.contains(where: isInput)
        guard run > 1, hasMedia || run * 2 <= possible.count, words.count(where: { $0.contains(ending) }) == run
        else { return nil }
        return Choice(columns: Array(possible.suffix(run)), reason: "the last \(run) columns, which share '\(ending)'")
    }

    /// The outer columns of a designed experiment: settings have few values, measurements have many.
    private func designed(_ possible: [Int], _ place: String) -> Choice? {
        let run = possible.reversed().prefix { columns[$0].distinct * 3 >= rows }.count
        let most = possible.dropLast(run).map { columns[$0].distinct }.max() ?? rows
        guard run > 1, rows >= 30, possible.count - run >= 2, most * 10 <= rows else { return nil }
        return Choice(
            columns: possible.suffix(run).sorted(),
            reason: "the \(place) \(run) columns, which are measurements, while the others have few values")
    }

    /// All columns whose names differ only in a number or one word: `y1`, `y2`, or `target_x`, `target_y`, or `red
    /// count`, `white count`.
    private func alike(_ index: Int, among possible: [Int]) -> Choice? {
        guard columns[index].kind == .number else { return nil }
        if index == columns.indices.last, let named = sharedEnding(possible.filter { columns[$0].kind == .number }) {
            return named
        }
        guard let stem = AnswerNames.stem(of: columns[index].name) else { return nil }
        let found = possible.filter { columns[$0].kind == .number && AnswerNames.stem(of: columns[$0].name) == stem }
        guard found.count > 1 else { return nil }
        return Choice(columns: found, reason: "by their names")
    }
}
