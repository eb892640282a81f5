import Model

/// Finds which columns are the answer, and what kind of answer they are.
struct TargetFinder {
    /// What was found.
    struct Finding {
        var columns: [Int]
        var kind: Target.Kind
        var separator: Character?
        var guess: String?
    }

    let columns: [SampleColumn]
    let profiles: [ColumnProfile]
    let rows: Int

    private static let names: [[String]] = [
        ["label", "labels", "class", "classes", "target", "targets", "category", "categories", "y", "cls"],
        ["answer", "outcome", "output", "response", "result", "species", "variety", "diagnosis"],
        ["quality", "price", "survived", "churn", "income", "sentiment", "emotion", "activity", "kind", "value"],
    ]

    /// Finds the answer.
    /// - Parameter named: What the user says; nil to find all of it.
    /// - Parameter usual: Columns that the form of the source says are the answer.
    func find(_ named: DataSettings.Answer?, usual: [String]?) throws -> Finding {
        if let named {
            let found = try named.columns.map { try index(of: $0) }
            guard Set(found).count == found.count, !found.isEmpty else {
                throw Failure(.invalidArgument, "target.columns: a column is named twice, or none is.")
            }
            return try finding(found, kind: named.kind)
        }
        if let usual { return try finding(try usual.map { try index(of: $0) }, kind: nil) }
        let (column, reason) = try guess()
        if let flags = flags(endingWith: column, reason) { return flags }
        var finding = try finding([column], kind: nil)
        let name = columns[column].name
        let kind = finding.guess.map { " " + $0 } ?? ""
        finding.guess =
            "The target is guessed: '\(name)' (\(reason)). Name another with --target COLUMN, in a file "
            + "'target: {column: …}'.\(kind)"
        return finding
    }

    private func index(of name: String) throws -> Int {
        if let index = columns.firstIndex(where: { $0.name == name }) { return index }
        throw Self.unknown(name, "target.column", columns.map(\.name))
    }

    /// The failure of a column that is not there: those that are, the nearest first.
    static func unknown(_ name: String, _ key: String, _ names: [String]) -> Failure {
        let near = NearestName.several(name, among: names, most: 5)
        let ordered = near + names.filter { !near.contains($0) }
        let shown = ordered.prefix(20).joined(separator: ", ")
        return Failure(
            .invalidArgument,
            "\(key): there is no column '\(name)'.\(NearestName.question(name, among: names)) "
                + "There are \(shown)\(ordered.count > 20 ? ", and \(ordered.count - 20) more" : "").")
    }

    private func guess() throws -> (Int, String) {
        let possible = columns.indices.filter { isPossible(columns[$0]) }
        for tier in Self.names {
            for index in possible where tier.contains(columns[index].name.lowercased()) {
                return (index, "by its name")
            }
        }
        for tier in Self.names {
            let words = Set(tier)
            if let index = possible.last(where: { index in
                Self.lastWord(of: columns[index].name).map { words.contains($0) } ?? false
            }) {
                return (index, "by its name")
            }
        }
        let categories = possible.filter { [.category, .labels].contains(columns[$0].kind) }
        if categories.count == 1, possible.allSatisfy({ columns[$0].kind != .number }) {
            return (categories[0], "the only column of categories")
        }
        let few = possible.filter { columns[$0].kind == .number && profiles[$0].wholes == profiles[$0].numbers }
        let others = columns.indices.filter { columns[$0].kind == .number && !few.contains($0) }
        if few.count == 1, categories.isEmpty, columns[few[0]].distinct <= KindFinder.mostNumberClasses,
            others.count + 1 >= columns.count - 1
        {
            return (few[0], "the only column of few whole numbers")
        }
        guard let last = possible.last else {
            throw Failure(
                .invalidArgument,
                "Nothing in the data can be learned: there is no column of categories, labels or numbers among "
                    + "\(columns.prefix(20).map(\.name).joined(separator: ", ")).")
        }
        return (last, Self.isLast)
    }

    /// Columns of 0 and 1 at the end of a table of texts, pictures or sounds are labels, each in a column of its own.
    private func flags(endingWith last: Int, _ reason: String) -> Finding? {
        func isFlag(_ index: Int) -> Bool {
            columns[index].kind == .number && profiles[index].wholes == profiles[index].numbers
                && columns[index].minimum == 0 && columns[index].maximum == 1 && columns[index].distinct == 2
        }
        let found = Array(columns.indices[...last].reversed().prefix(while: isFlag).reversed())
        let hasMedia = columns.contains { $0.kind.isFile || $0.kind == .text }
        guard reason == Self.isLast, found.count > 1, hasMedia else { return nil }
        let names = found.map { columns[$0].name }.joined(separator: ",")
        return Finding(
            columns: found, kind: .multiLabel,
            guess:
                "The target is guessed: the last \(found.count) columns hold 0 and 1 and are taken as labels. Name others "
                + "with --target \(names).")
    }

    /// Whether what stands between marks comes back in other values.
    private static func haveSharedParts(_ values: [String]) -> Bool {
        var seen: Set<Substring> = []
        return values.prefix(1_000).contains { value in
            let parts = value.split(separator: "|")
            defer { seen.formUnion(parts) }
            return parts.contains { seen.contains($0) }
        }
    }

    private static let isLast = "the last column of categories, labels or numbers"

    /// The last word of a name, also of one such as `SalePrice`.
    private static func lastWord(of name: String) -> String? {
        guard let word = name.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).last else { return nil }
        let start = word.lastIndex { $0.isUppercase } ?? word.startIndex
        let isCamel = start > word.startIndex && word[word.index(before: start)].isLowercase
        return (isCamel ? word[start...] : word).lowercased()
    }

    private func isPossible(_ column: SampleColumn) -> Bool {
        [.category, .labels, .number].contains(column.kind) && column.distinct > 1 && column.role == .input
    }

    private func finding(_ found: [Int], kind: Target.Kind?) throws -> Finding {
        if found.count > 1 { return try several(found, kind: kind) }
        let (column, profile) = (columns[found[0]], profiles[found[0]])
        let key = "Change it with 'target: {column: \(column.name), kind: …}'"
        switch (column.kind, kind) {
        case (.labels, .multiLabel?), (.labels, nil): return Finding(columns: found, kind: .multiLabel)
        case (_, .multiLabel?):
            return Finding(columns: found, kind: .multiLabel, separator: profile.barred > 0 ? "|" : ",")
        case (.number, .regression?): return Finding(columns: found, kind: .regression)
        case (_, .regression?):
            throw Failure(
                .invalidArgument,
                "target.kind: '\(column.name)' is no column of numbers: "
                    + "\(profile.firstText.map { "\($0.place) has '\($0.value)'" } ?? "it holds \(column.kind.rawValue)")."
            )
        case (_, .classification?): return Finding(columns: found, kind: .classification)
        case (.number, nil):
            let isFew =
                column.distinct <= KindFinder.mostNumberClasses && profile.wholes == profile.numbers
                && column.distinct * 3 <= rows
            guard isFew else { return Finding(columns: found, kind: .regression) }
            return Finding(
                columns: found, kind: .classification,
                guess: "Its \(column.distinct) different whole numbers are taken as classes; to learn a number, say "
                    + "'target: {column: \(column.name), kind: regression}'.")
        case (_, nil):
            let isSeveral = profile.barred * 20 >= profile.present && Self.haveSharedParts(profile.distinct.values)
            if isSeveral {
                return Finding(
                    columns: found, kind: .multiLabel, separator: "|",
                    guess: "'|' in '\(column.name)' is taken to part several labels. \(key).")
            }
            return Finding(columns: found, kind: .classification)
        }
    }

    private func several(_ found: [Int], kind: Target.Kind?) throws -> Finding {
        if let other = found.first(where: { columns[$0].kind != .number }), kind != .classification {
            let text = profiles[other].firstText
            throw Failure(
                .invalidArgument,
                "target.columns: several columns must be numbers, and '\(columns[other].name)' is not"
                    + (text.map { ": \($0.place) has '\($0.value)'" } ?? "") + ".")
        }
        if kind == .classification {
            throw Failure(.invalidArgument, "target.kind: classes stand in one column; name one.")
        }
        let areFlags = found.allSatisfy { index in
            columns[index].minimum.map { $0 >= 0 } == true && columns[index].maximum.map { $0 <= 1 } == true
                && profiles[index].wholes == profiles[index].numbers
        }
        return Finding(columns: found, kind: kind ?? (areFlags ? .multiLabel : .regression))
    }
}
