import Foundation
import Model

extension SampleTable {
    /// What is gathered from rows while their answers are read.
    private struct Gathered {
        var samples = SplitMaker.Samples(given: [], classes: [], names: [], groups: [], times: [])
        var numbers: [Double] = []
        var labels: [Int32] = []
        var labelEnds: [Int] = []
        var groupNumbers: [UInt64: Int32] = [:]
        var lone: Int32 = 0
        var firstWithout: String?
    }

    /// Reads all answers, splits the samples, and finds columns that give the answer away.
    func readAnswers(separator: Character?) throws {
        target.target.names = try names(separator: separator)
        var gathered = Gathered()
        gathered.samples.names = target.target.kind == .regression ? [] : target.target.names
        var leaks =
            settings.modalities == nil ? LeakFinder(columns, target: target, rows: rowCount) : nil
        let split = columns.first { $0.role == .split }?.fields[0]
        let group = group.map { columns[$0].fields[0] }
        let time = columns.first { $0.role == .time }
        parts.reserveCapacity(rowCount)
        try opened.rows.forEachRow { row in
            guard let answer = answers.answer(row) else {
                parts.append(Self.left)
                rowsWithoutTarget += 1
                if gathered.firstWithout == nil { gathered.firstWithout = place(of: row) }
                return
            }
            parts.append(0)
            gathered.samples.given.append(try row.part ?? split.flatMap { try part(row, $0) })
            Self.take(answer, &gathered)
            leaks?.add(row, answer)
            if let group { gathered.samples.groups.append(Self.group(row.key(group), &gathered)) }
            if let time { gathered.samples.times.append(try moment(row, time)) }
        }
        if rowsWithoutTarget > 0 {
            let named = target.columns.map { "'\(columns[$0].name)'" }.joined(separator: ", ")
            notes.append(
                "\(rowsWithoutTarget) of \(rowCount) rows have no target (\(named)) and are left out, starting with "
                    + "\(gathered.firstWithout ?? "").")
        }
        try part(&gathered)
        leaveOut(leaks?.leaks(rows: gathered.samples.given.count) ?? [])
    }

    /// Leaves out columns that give the answer away, unless no others remain.
    private func leaveOut(_ leaks: [Int]) {
        let isAllThereIs = columns.indices.allSatisfy { columns[$0].role != .input || leaks.contains($0) }
        for column in leaks {
            let name = columns[column].name
            let answer = columns[target.columns[0]].name
            let what =
                target.target.kind == .regression
                ? "'\(name)' is equal to '\(answer)' in every row"
                : "Every value of '\(name)' occurs with a single '\(answer)', so it gives the answer away"
            if isAllThereIs {
                notes.append("\(what); networks read it anyway, because there is nothing else.")
                continue
            }
            columns[column].role = .left("gives the answer away")
            let isWide = columns[column].distinct >= Self.manyValues && group == nil
            notes.append(
                "\(what); it is left out. To use it, name it: 'modalities: {table: {columns: [\(name), …]}}'."
                    + (isWide ? " If it tells which rows belong together, use --group \(name)." : ""))
        }
    }

    /// Values from which on a column may name what rows are about, rather than classes.
    private static let manyValues = 10

    private static func take(_ answer: SampleAnswer, _ gathered: inout Gathered) {
        switch answer {
        case .class(let number): gathered.samples.classes.append(Int32(number))
        case .labels(let labels):
            gathered.labels += labels.map(Int32.init)
            gathered.labelEnds.append(gathered.labels.count)
        case .numbers(let numbers): gathered.numbers += numbers
        }
    }

    /// Number of a row's group; a row without a value is its own group.
    private static func group(_ key: UInt64, _ gathered: inout Gathered) -> Int32 {
        if key == 0 {
            gathered.lone -= 1
            return gathered.lone
        }
        if let number = gathered.groupNumbers[key] { return number }
        let number = Int32(gathered.groupNumbers.count)
        gathered.groupNumbers[key] = number
        return number
    }

    private func part(_ row: RawRow, _ field: Int) throws -> SamplePart? {
        guard case .text(let word) = row.textCell(field) else { return nil }
        if let part = SamplePart(word: word) { return part }
        throw Failure(
            .invalidArgument,
            "data.split.column: \(place(of: row)) has '\(word)', which names no split; "
                + "use train, val, test or similar words.")
    }

    private func moment(_ row: RawRow, _ column: SampleColumn) throws -> Double {
        if let number = row.number(column.fields[0], style: column.style), number.isFinite { return number }
        if case .text(var text) = row.textCell(column.fields[0]) {
            if let date = text.withUTF8({ DateText($0) }) {
                let isDayFirst = profiles[column.fields[0]].dates.isDayFirst
                guard let isDayFirst = date.isOpen ? isDayFirst : true else {
                    throw Failure(
                        .invalidArgument,
                        "data.split.time: \(place(of: row)) has '\(text)', in which the day or the month could come "
                            + "first; write dates as 2024-05-01.")
                }
                return date.moment(isDayFirst: isDayFirst)
            }
            let digits = text.utf8.prefix(19).filter { $0 &- 48 <= 9 }
            if digits.count >= 8, let number = Double(String(decoding: digits, as: UTF8.self)) {
                return number * pow(10, Double(14 - digits.count))
            }
        }
        throw Failure(
            .invalidArgument,
            "data.split.time: \(place(of: row)) has no time in '\(column.name)'; use a "
                + "number or a date such as 2024-05-01.")
    }

    // MARK: - Names of classes and labels

    private func names(separator: Character?) throws -> [String] {
        switch answers.form {
        case .classes(let field): try classNames(field)
        case .labels(let field, let separator): try labelNames(field, separator)
        case .flags, .numbers: target.columns.map { columns[$0].name }
        }
    }

    private func classNames(_ field: Int) throws -> [String] {
        let profile = profiles[field]
        let distinct = profile.distinct
        try checkClasses(distinct.count, of: profile.name, isNumber: profile.texts == 0)
        let isNumeric = profile.texts == 0
        let order = distinct.values.indices.sorted { first, second in
            let (a, b) = (distinct.values[first], distinct.values[second])
            if isNumeric, let a = Double(a), let b = Double(b) { return a < b }
            return a.utf8.lexicographicallyPrecedes(b.utf8)
        }
        answers.number(order.map { distinct.hashes[$0] })
        noteAlike(distinct.values, of: profile.name)
        return order.map { index in
            let name = distinct.values[index]
            return isNumeric ? Double(name).map(NumberText.description) ?? name : name
        }
    }

    /// Says that classes differ in nothing but capitals: people who type answers mean the same by these.
    private func noteAlike(_ names: [String], of column: String) {
        let alike = Dictionary(grouping: names) { $0.lowercased() }.values.filter { $0.count > 1 }
        guard let first = alike.map({ $0.sorted() }).min(by: { $0[0] < $1[0] }) else { return }
        notes.append(
            "\(alike.reduce(0) { $0 + $1.count }) classes of '\(column)' differ only in capitalization, such as "
                + "\(first.map { "'\($0)'" }.joined(separator: ", ")); spell them the same if they are one class.")
    }

    private func labelNames(_ field: Int, _ separator: Character?) throws -> [String] {
        var found: Set<String> = []
        try opened.rows.forEachRow { row in
            found.formUnion(AnswerReader.labels(row, field, separator) ?? [])
            try checkClasses(max(2, found.count), of: profiles[field].name, isNumber: false)
        }
        try checkClasses(found.count, of: profiles[field].name, isNumber: false)
        let names = found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        answers.number(names.map(Hash.text))
        return names
    }

    private func checkClasses(_ count: Int, of column: String, isNumber: Bool) throws {
        guard count > 1 else {
            throw Failure(
                .invalidArgument,
                "The target '\(column)' has \(count == 0 ? "no values" : "only one value"); there is nothing to "
                    + "distinguish."
            )
        }
        guard count <= DataLimits.outputs else {
            throw Failure(
                .invalidArgument,
                "The target '\(column)' has "
                    + "\(count > DistinctCounter.limit ? "about \(count)" : "more than \(DataLimits.outputs)") "
                    + "different values, but at most \(DataLimits.outputs) classes are possible."
                    + (isNumber
                        ? " To learn a number, set 'target: {column: \(column), kind: regression}'."
                        : " Does it hold text, or a name for each row? Name another column."))
        }
    }

    // MARK: - Parts

    private func part(_ gathered: inout Gathered) throws {
        let count = gathered.samples.given.count
        guard count > 0 else {
            throw Failure(
                .invalidArgument,
                "No row has a target in \(target.columns.map { "'\(columns[$0].name)'" }.joined(separator: ", ")).")
        }
        if !gathered.samples.groups.isEmpty {
            let named = Int32(gathered.groupNumbers.count)
            gathered.samples.groups = gathered.samples.groups.map { $0 < 0 ? named - 1 - $0 : $0 }
        }
        if target.target.kind == .multiLabel { stratify(&gathered) }
        target.counts = counts(of: gathered)
        if suggestedGroup != nil, let reason = whyNotTogether(gathered.samples) { drawAlone(reason, &gathered) }
        var maker = SplitMaker(settings.split)
        let made = try maker.parts(of: gathered.samples)
        notes += maker.notes
        var next = 0
        for index in parts.indices where parts[index] != Self.left {
            parts[index] = made[next].rawValue
            next += 1
        }
        let sizes = SamplePart.allCases.map { part in made.count { $0 == part } }
        counts = DatasetRecipe.Counts(training: sizes[0], validation: sizes[1], test: sizes[2])
        guard sizes[0] > 0, sizes[1] > 0 else {
            throw Failure(
                .invalidArgument,
                "\(count) samples leave \(sizes[0]) for training and \(sizes[1]) for validation; change the shares "
                    + "with 'data: {split: {validation: …, test: …}}'.")
        }
        if target.target.kind == .regression { try standardize(gathered.numbers, made) }
    }

    /// Why the inferred group column cannot be used to split the samples; nil if it can.
    private func whyNotTogether(_ samples: SplitMaker.Samples) -> String? {
        let groups = Set(samples.groups).count
        guard groups >= SplitMaker.fewestGroups else { return "has only \(groups) different values" }
        guard target.target.kind == .classification else { return nil }
        var members: [Int32: Set<Int32>] = [:]
        for (name, group) in zip(samples.classes, samples.groups) { members[name, default: []].insert(group) }
        let alone = members.values.count { $0.count < 2 }
        return alone * 2 > members.count ? "has only one value in most classes" : nil
    }

    private func drawAlone(_ reason: String, _ gathered: inout Gathered) {
        guard let name = suggestedGroup, let group else { return }
        notes.append(
            "Rows share '\(name)', but it \(reason), so samples are drawn one by one. To keep rows with the same value "
                + "together anyway, set 'data: {split: {group: \(name)}}'.")
        if columns[group].role == .group { columns[group].role = .left("names groups of rows") }
        (self.group, suggestedGroup) = (nil, nil)
        gathered.samples.groups = []
    }

    /// The class used to draw a sample with several labels: its rarest label.
    private func stratify(_ gathered: inout Gathered) {
        let labels = target.target.names.count
        var counts = Array(repeating: 0, count: labels)
        for label in gathered.labels { counts[Int(label)] += 1 }
        gathered.samples.names.append("no label")
        var start = 0
        gathered.samples.classes = gathered.labelEnds.map { end in
            defer { start = end }
            return gathered.labels[start..<end].min { (counts[Int($0)], $0) < (counts[Int($1)], $1) } ?? Int32(labels)
        }
    }

    private func counts(of gathered: Gathered) -> [Int] {
        guard target.target.kind != .regression else { return [] }
        var counts = Array(repeating: 0, count: target.target.names.count)
        let values = target.target.kind == .multiLabel ? gathered.labels : gathered.samples.classes
        for value in values { counts[Int(value)] += 1 }
        return counts
    }

    /// Samples from which on one may not make up almost all of the deviation.
    private static let fewestForOutlier = 20

    /// Adds a note if one number is so far from all others that they become indistinguishable.
    private func noteOutlier(
        in numbers: [Double], column: Int, of name: String, mean: Double, squares: Double, count: Int
    ) {
        let own = stride(from: column, to: numbers.count, by: target.columns.count).lazy.map { numbers[$0] }
        guard count >= Self.fewestForOutlier, let far = own.max(by: { abs($0 - mean) < abs($1 - mean) }),
            (far - mean) * (far - mean) > 0.9 * squares
        else { return }
        notes.append(
            "One value of '\(name)', \(NumberText.description(of: far)), is so far from all others that they become "
                + "indistinguishable; correct or remove it if it is an error.")
    }

    private func standardize(_ numbers: [Double], _ parts: [SamplePart]) throws {
        let width = target.columns.count
        var (means, deviations): ([Double], [Double]) = ([], [])
        for column in 0..<width {
            var (count, mean, squares) = (0.0, 0.0, 0.0)
            for (sample, part) in parts.enumerated() where part == .training {
                let number = numbers[sample * width + column]
                count += 1
                let difference = number - mean
                mean += difference / count
                squares += difference * (number - mean)
            }
            let deviation = (squares / count).squareRoot()
            let name = columns[target.columns[column]].name
            guard columns[target.columns[column]].distinct > 1 else {
                throw Failure(.invalidArgument, "The target '\(name)' has only one value; there is nothing to learn.")
            }
            noteOutlier(in: numbers, column: column, of: name, mean: mean, squares: squares, count: Int(count))
            means.append(mean)
            deviations.append(deviation > 0 ? deviation : 1)
        }
        (target.target.means, target.target.deviations) = (means, deviations)
    }
}
