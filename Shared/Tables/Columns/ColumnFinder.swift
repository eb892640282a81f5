import Foundation
import Model

/// Makes columns from the profiles of fields.
struct ColumnFinder {
    /// From this many on, numbered columns of one name are the steps of a series.
    private static let fewestSteps = 16

    let settings: DataSettings
    let opened: OpenedSource
    let profiles: [ColumnProfile]
    let files: FileFinder
    private var separator: UInt8? { opened.rows.separator }

    /// The columns; many numbered columns become one series.
    func columns() throws -> [SampleColumn] {
        let rows = profiles.first?.rows ?? 0
        let names = profiles.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw Failure(
                .invalidArgument,
                "'\(opened.rows.files.first ?? "")' has two columns called '\(twice)'; name all columns with "
                    + "'data: {columns: […]}'.")
        }
        let finder = KindFinder(rows: rows, files: files, separator: separator)
        var columns = profiles.enumerated().map { field, profile in
            column(profile, field: field, kind: opened.kinds[profile.name] ?? finder.kind(of: profile))
        }
        if let found = fileColumn(columns) { columns[found.column].kind = found.kind }
        for (name, modality) in settings.modalities ?? [:] {
            for column in modality.columns { try setKind(column, modality.kind, in: &columns, of: name) }
        }
        return joined(columns)
    }

    /// A column that names pictures or sounds without file name extensions, if no other column names files.
    private func fileColumn(_ columns: [SampleColumn]) -> (column: Int, kind: ColumnKind)? {
        guard opened.target == nil, opened.rows.separator != nil, !columns.contains(where: { $0.kind.isFile }) else {
            return nil
        }
        for (index, profile) in profiles.enumerated() where profile.present > 1 {
            guard profile.distinct.count * 2 > profile.present, profile.longestText < 200 else { continue }
            let found = profile.distinct.values.prefix(5).map { name -> MediaType? in
                if case .file(let path) = files.find(name) { MediaType(fileName: path) } else { nil }
            }
            if let type = found[0], type != .text, found.allSatisfy({ $0 == type }) {
                return (index, type == .image ? .image : .audio)
            }
        }
        return nil
    }

    /// The profiles of the columns; for a series, that of its first field.
    func profiles(of columns: [SampleColumn]) -> [ColumnProfile] { columns.map { profiles[$0.fields[0]] } }

    /// Notes for the user about the columns.
    func notes(on columns: [SampleColumn]) -> [String] {
        columns.compactMap { column in
            if column.fields.count > 1, let first = column.fields.first, let last = column.fields.last {
                return
                    "The \(column.fields.count) columns '\(profiles[first].name)' to '\(profiles[last].name)' are treated as "
                    + "the steps of a series; if their order has no meaning, declare them as a table: 'modalities: {table: {columns: "
                    + "[\(profiles[first].name), …]}}'."
            }
            let profile = profiles[column.fields[0]]
            if column.kind == .number, column.fields.count == 1, let note = numberNote(column, profile) { return note }
            if column.kind != .number, column.kind != .identifier, profile.numbers > 0, profile.texts > 0,
                profile.codes == 0
            {
                return "Column '\(column.name)' has \(profile.numbers) numbers among texts and is treated as "
                    + "\(column.kind.rawValue)."
            }
            if profile.infinite > 0 {
                return "Column '\(column.name)' has \(profile.infinite) infinite values, which are treated as missing."
            }
            return nil
        }
    }

    private func numberNote(_ column: SampleColumn, _ profile: ColumnProfile) -> String? {
        let read = [.plain: 0, .point: profile.styles.points, .comma: profile.styles.commas][column.style] ?? 0
        if profile.texts > read, let text = profile.firstText {
            return "Column '\(column.name)' has numbers and \(profile.texts - read) texts, which are treated as missing"
                + (read == 0 ? ": \(text.place) has '\(text.value)'." : ".")
        }
        guard profile.styles.isAmbiguous, let text = profile.firstText else { return nil }
        return "Column '\(column.name)' has numbers such as '\(text.value)', whose comma is read as "
            + (column.style == .point ? "a thousands separator." : "a decimal separator.")
    }

    private func column(_ profile: ColumnProfile, field: Int, kind: ColumnKind) -> SampleColumn {
        let isNumeric = profile.numbers > 0
        var column = SampleColumn(
            name: profile.name, kind: kind, role: .input, missing: profile.missing,
            firstMissing: profile.firstMissing, distinct: profile.distinct.count,
            minimum: isNumeric ? profile.minimum : nil, maximum: isNumeric ? profile.maximum : nil,
            mean: isNumeric ? profile.sum / Double(profile.numbers) : nil, examples: profile.examples, fields: [field])
        if kind == .number { column.style = profile.style(separator: separator) ?? .plain }
        return column
    }

    /// Applies the kinds of columns that the user gave.
    private func setKind(
        _ name: String, _ kind: ModalityKind?, in columns: inout [SampleColumn], of modality: String
    ) throws {
        guard let kind, let index = columns.firstIndex(where: { $0.name == name }) else { return }
        let profile = profiles[index]
        let areNumbers = profile.texts == 0 && profile.numbers > 0
        guard let given = columns[index].kind.given(kind, areNumbers: areNumbers) else {
            throw Failure(
                .invalidArgument, "modalities.\(modality): '\(name)' holds text and cannot be a \(kind.rawValue).")
        }
        columns[index].kind = given
    }

    /// Without a first or last column of few whole numbers, if the others are not such: in a table without a header,
    /// this column is the answer.
    private func withoutAnswer(
        _ members: [(number: Int, index: Int)], _ columns: [SampleColumn]
    ) -> [(number: Int, index: Int)] {
        let counts = members.map { columns[$0.index].distinct }.sorted()
        guard counts[counts.count / 2] > KindFinder.mostNumberClasses else { return members }
        func isAnswer(_ member: (number: Int, index: Int)) -> Bool {
            let profile = profiles[member.index]
            return profile.areWhole
                && (2...KindFinder.mostNumberClasses).contains(profile.distinct.count)
        }
        if let first = members.first, isAnswer(first) { return Array(members.dropFirst()) }
        if let last = members.last, isAnswer(last) { return Array(members.dropLast()) }
        return members
    }

    /// Combines numbered columns of one name.
    private func joined(_ columns: [SampleColumn]) -> [SampleColumn] {
        let named = Set((settings.modalities ?? [:]).values.flatMap(\.columns) + (settings.target?.columns ?? []))
        var stems: [String: [(number: Int, index: Int)]] = [:]
        for (index, column) in columns.enumerated() where column.kind == .number && !named.contains(column.name) {
            let digits = column.name.reversed().prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty, let number = Int(String(digits.reversed())) else { continue }
            stems[String(column.name.dropLast(digits.count)), default: []].append((number, index))
        }
        var result: [SampleColumn?] = columns
        for (stem, members) in stems where members.count >= Self.fewestSteps {
            let sorted = withoutAnswer(members.sorted { $0.number < $1.number }, columns)
            guard let first = sorted.first, let last = sorted.last, last.number - first.number == sorted.count - 1
            else { continue }
            for member in sorted { result[member.index] = nil }
            let base = columns[first.index]
            let trimmed = String(stem.reversed().drop { "_-. ".contains($0) }.reversed())
            let all = sorted.map { columns[$0.index] }
            result[first.index] = SampleColumn(
                name: trimmed.isEmpty || columns.contains { $0.name == trimmed } ? ColumnKind.joined.rawValue : trimmed,
                kind: .joined, role: .input, missing: all.map(\.missing).max() ?? 0,
                firstMissing: all.compactMap(\.firstMissing).first, distinct: base.distinct,
                minimum: all.compactMap(\.minimum).min(), maximum: all.compactMap(\.maximum).max(), mean: nil,
                examples: [all.prefix(4).compactMap(\.examples.first).joined(separator: ", ") + ", …"],
                width: sorted.count, fields: sorted.map { columns[$0.index].fields[0] })
        }
        return result.compactMap { $0 }
    }
}
