import Model

extension SampleTable {
    private static let groupWords: Set<String> = [
        "speaker", "patient", "lesion", "user", "subject", "person", "participant", "session", "author", "customer",
        "client", "individual", "animal", "donor", "household", "recording", "group", "player", "student",
    ]

    /// Says what every column is for.
    func assignRoles() throws {
        for name in settings.ignored {
            try setRole(.left("stands in data.ignore"), of: name, key: "data.ignore")
        }
        if let name = settings.split.column { try setRole(.split, of: name, key: "data.split.column") }
        if let name = settings.split.group { try setRole(.group, of: name, key: "data.split.group") }
        if let name = settings.split.time { try setRole(.time, of: name, key: "data.split.time") }
        let named = settings.modalities.map { Set($0.values.flatMap(\.columns)) }
        for index in columns.indices where columns[index].role == .input {
            if let named {
                if !named.contains(columns[index].name) { columns[index].role = .left("is in no modality") }
            } else {
                columns[index].role = usualRole(of: index)
            }
        }
        keepLastInput()
        suggestedGroup = settings.split.group == nil ? opened.group ?? groups().first : nil
    }

    /// Where nothing else is left to learn from, numbers that seem to count rows are measurements.
    private func keepLastInput() {
        guard settings.modalities == nil, !columns.contains(where: { $0.role == .input }) else { return }
        for index in columns.indices where columns[index].kind == .identifier && columns[index].minimum != nil {
            guard case .left(Self.namesRows) = columns[index].role else { continue }
            (columns[index].kind, columns[index].role) = (.number, .input)
        }
    }

    private static let namesRows = "names rows"

    private func setRole(_ role: SampleColumn.Role, of name: String, key: String) throws {
        let index = try column(name, key: key)
        guard columns[index].role != .target else {
            throw Failure(.invalidArgument, "\(key): '\(name)' is the target and cannot be more.")
        }
        columns[index].role = role
    }

    private func usualRole(of index: Int) -> SampleColumn.Role {
        let column = columns[index]
        if opened.keys.contains(column.name) { return .left("is the key by which tables are joined") }
        if settings.split.column == nil, isSplit(column) { return .split }
        switch column.kind {
        case .empty: return .left("has no values")
        case .identifier: return .left(Self.namesRows)
        case .date: return .left("holds dates")
        case .labels: return .left("holds lists of labels")
        default: break
        }
        if column.distinct == 1, column.missing == 0, column.kind.modality == .table {
            return .left("has the same value in every row")
        }
        return isGroup(column) ? .left("names groups of rows") : .input
    }

    private func isSplit(_ column: SampleColumn) -> Bool {
        guard ["split", "subset", "partition", "set", "part", "fold"].contains(column.name.lowercased()) else {
            return false
        }
        let distinct = profiles[column.fields[0]].distinct
        return (2...3).contains(distinct.count) && distinct.values.allSatisfy { SamplePart(word: $0) != nil }
    }

    /// Columns whose values several rows share as they share a speaker or a patient.
    private func groups() -> [String] { columns.filter(isGroup).map(\.name) }

    private func isGroup(_ column: SampleColumn) -> Bool {
        guard column.role != .target, column.fields.count == 1, !column.kind.isFile else { return false }
        let present = rowCount - column.missing
        guard column.distinct >= 3, column.distinct * 20 <= present * 19, column.missing * 2 < rowCount else {
            return false
        }
        if opened.keys.contains(column.name) { return false }
        let words = Set(column.name.lowercased().split { !$0.isLetter }.map(String.init))
        if !words.isDisjoint(with: Self.groupWords) && [.category, .identifier, .number].contains(column.kind) {
            return column.kind != .number || profiles[column.fields[0]].wholes == profiles[column.fields[0]].numbers
        }
        return column.kind == .identifier && column.name != ClassFolderSource.prefix
    }
}
