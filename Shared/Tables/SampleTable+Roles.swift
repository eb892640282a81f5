import Model

extension SampleTable {
    private static let groupWords: Set<String> = [
        "speaker", "patient", "lesion", "user", "subject", "person", "participant", "session", "author", "customer",
        "client", "individual", "animal", "donor", "recording", "player", "student", "case", "visitor",
        "device", "machine", "sensor", "engine", "vehicle", "station", "specimen", "household", "employee",
    ]
    /// Words that turn the name of a thing into the name of a group: `patient_id`.
    private static let nameWords: Set<String> = [
        "id", "ids", "no", "nr", "number", "name", "code", "key", "uid", "index",
    ]
    /// The value of `group` that disables keeping rows with a shared value together.
    static let noGroup = "none"

    /// Sets the role of every column.
    func assignRoles() throws {
        for name in settings.ignored {
            try setRole(.left("is listed in data.ignore"), of: name, key: "data.ignore")
        }
        if let name = settings.split.column { try setRole(.split, of: name, key: "data.split.column") }
        let isGroupNamed = settings.split.group.map { name in
            name != Self.noGroup || columns.contains { $0.name == name }
        }
        if let name = settings.split.group, isGroupNamed == true {
            try setRole(.group, of: name, key: "data.split.group")
            group = try column(name, key: "data.split.group")
        }
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
        if isGroupNamed == nil, settings.split.time == nil, let found = foundGroup() {
            if columns[found].role != .input { columns[found].role = .group }
            (group, suggestedGroup) = (found, columns[found].name)
        }
    }

    /// The column whose values rows share, as they share a speaker or a patient. If there are several, the one that
    /// keeps the most rows together.
    private func foundGroup() -> Int? {
        if let name = opened.group { return columns.firstIndex { $0.name == name } }
        return columns.indices.filter { isGroup(columns[$0]) || isSharedFile(columns[$0]) }
            .min { (columns[$0].distinct, $0) < (columns[$1].distinct, $1) }
    }

    /// Whether several rows refer to one file, such as questions about a picture.
    private func isSharedFile(_ column: SampleColumn) -> Bool {
        column.kind.isFile && column.role == .input && column.distinct >= 3
            && column.distinct * 20 <= (rowCount - column.missing) * 19
    }

    /// Treats numbers that seem to count rows as measurements if nothing else is left to learn from.
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
            throw Failure(.invalidArgument, "\(key): '\(name)' is the target and cannot have another role.")
        }
        columns[index].role = role
    }

    private func usualRole(of index: Int) -> SampleColumn.Role {
        let column = columns[index]
        if opened.keys.contains(column.name) { return .left("is the key on which tables are joined") }
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

    private func isGroup(_ column: SampleColumn) -> Bool {
        guard column.role != .target, column.fields.count == 1, !column.kind.isFile else { return false }
        let present = rowCount - column.missing
        guard column.distinct >= 3, column.distinct * 20 <= present * 19, column.missing * 2 < rowCount else {
            return false
        }
        if opened.keys.contains(column.name) { return false }
        if column.kind == .identifier { return column.name != ClassFolderSource.prefix }
        guard column.kind == .category || column.kind == .number && isWhole(column) else { return false }
        let words = AnswerNames.words(of: column.name)
        let (last, rest) = (words.last ?? "", words.dropLast())
        if words.count == 1 { return Self.groupWords.contains(last) }
        guard Self.nameWords.contains(last) else { return false }
        if rest.count == 1, Self.groupWords.contains(rest.last ?? "") { return true }
        return (last == "id" || last == "uid") && column.distinct >= 20 && column.distinct * 2 <= present
    }

    private func isWhole(_ column: SampleColumn) -> Bool {
        profiles[column.fields[0]].areWhole
    }
}
