import Model

/// Infers which columns are the answer, and the kind of answer.
struct TargetFinder {
    /// The inferred target.
    struct Finding {
        var columns: [Int]
        var kind: Target.Kind
        var separator: Character?
        var guess: String?
    }

    let columns: [SampleColumn]
    let profiles: [ColumnProfile]
    let rows: Int

    /// Infers the answer.
    /// - Parameter named: The user's settings; nil to infer everything.
    /// - Parameter usual: Columns that are the answer according to the form of the source.
    func find(_ named: DataSettings.Answer?, usual: [String]?) throws -> Finding {
        if let named {
            let found = try named.columns.map { try index(of: $0) }
            guard Set(found).count == found.count, !found.isEmpty else {
                throw Failure(.invalidArgument, "target.columns: name at least one column, and none twice.")
            }
            return try finding(found, kind: named.kind)
        }
        if let usual { return try finding(try usual.map { try index(of: $0) }, kind: nil) }
        let choice = try TargetGuess(columns: columns, profiles: profiles, rows: rows).choice()
        var finding = try finding(choice.columns, kind: nil)
        let names = choice.columns.map { columns[$0].name }
        let kind = finding.guess.map { " " + $0 } ?? ""
        finding.guess =
            "The target is guessed: \(names.map { "'\($0)'" }.joined(separator: ", ")) (\(choice.reason)). To change "
            + "it, use "
            + "--target \(names.count == 1 ? "COLUMN" : names.joined(separator: ",")), or in a file "
            + "'target: {\(names.count == 1 ? "column: …" : "columns: […]")}'.\(kind)"
        return finding
    }

    private func index(of name: String) throws -> Int {
        if let index = columns.firstIndex(where: { $0.name == name }) { return index }
        throw Failure.missingColumn(name, "target.column", columns.map(\.name))
    }

    private func finding(_ found: [Int], kind: Target.Kind?) throws -> Finding {
        if found.count > 1 { return try several(found, kind: kind) }
        let (column, profile) = (columns[found[0]], profiles[found[0]])
        let key = "Change it with 'target: {column: \(column.name), kind: …}'"
        switch (column.kind, kind) {
        case (.labels, .multiLabel?), (.labels, nil): return Finding(columns: found, kind: .multiLabel)
        case (_, .multiLabel?):
            return Finding(columns: found, kind: .multiLabel, separator: profile.marks.most ?? ",")
        case (.number, .regression?): return Finding(columns: found, kind: .regression)
        case (_, .regression?):
            throw Failure(
                .invalidArgument,
                "target.kind: '\(column.name)' is not a column of numbers: "
                    + "\(profile.firstText.map { "\($0.place) has '\($0.value)'" } ?? "it holds \(column.kind.rawValue)")."
            )
        case (_, .classification?): return Finding(columns: found, kind: .classification)
        case (.number, nil):
            guard areClasses(column, profile) else {
                let areFew = profile.areWhole && column.distinct <= KindFinder.mostNumberClasses || column.distinct <= 5
                return Finding(
                    columns: found, kind: .regression,
                    guess: areFew
                        ? "Its \(column.distinct) different \(profile.areWhole ? "whole " : "")numbers are treated as a number; to learn classes, set "
                            + "'target: {column: \(column.name), kind: classification}'." : nil)
            }
            return Finding(
                columns: found, kind: .classification,
                guess: "Its \(column.distinct) different whole numbers are treated as classes; to learn a number, set "
                    + "'target: {column: \(column.name), kind: regression}'.")
        case (_, nil):
            if let mark = profile.marks.separator(of: profile.distinct.values, present: profile.present) {
                return Finding(
                    columns: found, kind: .multiLabel, separator: mark,
                    guess: "'\(mark)' in '\(column.name)' is treated as a separator of labels. \(key).")
            }
            return Finding(columns: found, kind: .classification)
        }
    }

    /// Whether numbers are class codes rather than amounts: a few whole numbers that count up from 0 or 1, or just two.
    private func areClasses(_ column: SampleColumn, _ profile: ColumnProfile) -> Bool {
        guard column.distinct <= KindFinder.mostNumberClasses, profile.areWhole,
            column.distinct * 3 <= rows, let least = column.minimum, let greatest = column.maximum
        else { return false }
        if column.distinct <= 2 { return true }
        if AnswerNames.isAmount(column.name), column.distinct > 5 { return false }
        if AnswerNames.isStrong(column.name) { return true }
        return (least == 0 || least == 1 || least == -1) && greatest - least <= Double(column.distinct)
    }

    private func several(_ found: [Int], kind: Target.Kind?) throws -> Finding {
        if let other = found.first(where: { columns[$0].kind != .number }), kind != .classification {
            let text = profiles[other].firstText
            throw Failure(
                .invalidArgument,
                "target.columns: several columns must all be numbers, but '\(columns[other].name)' is not"
                    + (text.map { ": \($0.place) has '\($0.value)'" } ?? "") + ".")
        }
        if kind == .classification {
            throw Failure(.invalidArgument, "target.kind: classes must be in one column; name only one.")
        }
        let areFlags = found.allSatisfy { index in
            columns[index].minimum.map { $0 >= 0 } == true && columns[index].maximum.map { $0 <= 1 } == true
                && profiles[index].areWhole
        }
        return Finding(columns: found, kind: kind ?? (areFlags ? .multiLabel : .regression))
    }
}
