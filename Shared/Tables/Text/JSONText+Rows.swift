import Model

extension JSONText {
    /// The value of a field in a file that is a single object.
    private enum Part {
        case rows([[(name: String, cell: Cell)]])
        case values([Cell])
        case other
    }

    /// The rows in a file that is a single object: a list of objects in it, as in `{"version": 1, "data": [{…}, {…}]}`;
    /// lists or groups that are columns, as `{"a": [1, 2], "b": [3, 4]}`; or separate names and values, as in
    /// `{"columns": ["a", "b"], "data": [[1, 3], [2, 4]]}`. Empty if nothing in it looks like rows.
    static func rows(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [[(name: String, cell: Cell)]] {
        var text = JSONText(bytes)
        var parts: [(name: String, part: Part)] = []
        guard text.take("{") else { throw text.problem("expected an object in braces") }
        if !text.take("}") {
            repeat {
                text.skipBlanks()
                let name = try text.string()
                guard text.take(":") else { throw text.problem("expected a colon") }
                parts.append((name, try text.part()))
            } while text.take(",")
            guard text.take("}") else { throw text.problem("expected a comma or a closing brace") }
        }
        return lists(parts) ?? split(parts) ?? columns(parts) ?? []
    }

    private static func lists(_ parts: [(name: String, part: Part)]) -> [[(name: String, cell: Cell)]]? {
        parts.compactMap { if case .rows(let rows) = $0.part { rows } else { nil } }.max { $0.count < $1.count }
    }

    private static func split(_ parts: [(name: String, part: Part)]) -> [[(name: String, cell: Cell)]]? {
        guard case .values(let names)? = parts.first(where: { $0.name == "columns" })?.part,
            case .values(let rows)? = parts.first(where: { $0.name == "data" })?.part
        else { return nil }
        let cells = rows.compactMap { if case .list(let cells) = $0, cells.count == names.count { cells } else { nil } }
        guard cells.count == rows.count else { return nil }
        return cells.map { row in zip(names, row).map { ($0.description, $1) } }
    }

    private static func columns(_ parts: [(name: String, part: Part)]) -> [[(name: String, cell: Cell)]]? {
        let columns = parts.compactMap { name, part in if case .values(let cells) = part { (name, cells) } else { nil }
        }
        guard let count = columns.first?.1.count, count > 1, columns.allSatisfy({ $0.1.count == count }) else {
            return nil
        }
        return (0..<count).map { row in columns.map { ($0.0, $0.1[row]) } }
    }

    private mutating func part() throws -> Part {
        skipBlanks()
        guard index < bytes.count else { throw problem("a value is missing") }
        if bytes[index] == UInt8(ascii: "{") {
            var cells: [Cell] = []
            try object(prefix: "", depth: 1) { cells.append($1) }
            return .values(cells)
        }
        guard bytes[index] == UInt8(ascii: "[") else {
            _ = try value(depth: 1)
            return .other
        }
        var copy = self
        _ = copy.take("[")
        copy.skipBlanks()
        guard copy.index < bytes.count, bytes[copy.index] == UInt8(ascii: "{") else {
            guard case .list(let cells) = try value(depth: 1) else { return .other }
            return .values(cells)
        }
        self = copy
        var rows: [[(name: String, cell: Cell)]] = []
        repeat {
            var fields: [(name: String, cell: Cell)] = []
            try object(prefix: "", depth: 1) { fields.append(($0, $1)) }
            rows.append(fields)
        } while take(",")
        guard take("]") else { throw problem("expected a comma or a closing bracket") }
        return .rows(rows)
    }
}
