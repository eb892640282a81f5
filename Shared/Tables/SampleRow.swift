import Model

/// One sample of a table. Its cells are read in place, so it is valid only until the next one.
public struct SampleRow {
    /// Its number among the samples that have a target, from 0.
    public let index: Int
    /// The split that it belongs to.
    public let part: SamplePart
    /// The correct answer.
    public let answer: SampleAnswer
    /// The file that contains its row.
    public let file: String
    /// The number of its row in the file, from 1, not counting a header.
    public let number: Int

    let row: RawRow
    let table: SampleTable

    /// Position of the row, for messages: `people.csv, row 7`, or the file that is the sample.
    public var place: String { table.opened.rows.place(file, number) }

    /// The cell in a column, read according to the column's kind.
    public func cell(_ column: Int) -> Cell {
        let column = table.columns[column]
        guard column.fields.count == 1 else {
            return .list(column.fields.map { row.number($0).map(Cell.number) ?? .missing })
        }
        let field = column.fields[0]
        if column.kind == .number { return row.number(field, style: column.style).map(Cell.number) ?? .missing }
        return column.kind.keepsForm && !row.isText ? row.cells[field] : row.textCell(field)
    }

    /// The number in a column; nil if there is none.
    public func number(_ column: Int) -> Double? {
        let column = table.columns[column]
        return column.fields.first.flatMap { row.number($0, style: column.style) }
    }

    /// The file that a cell names, or why there is none.
    public func path(_ column: Int) -> FileFinder.Finding {
        switch cell(column) {
        case .text(let name): table.files.find(name)
        case .missing: .nothing("no file is named")
        case let cell: .nothing("the cell holds \(cell.description)")
        }
    }

    /// The text in a column, or that of the file it names; nil if the cell is empty.
    /// - Throws: `Failure` if the file does not exist or is not text.
    public func text(_ column: Int) throws -> String? {
        let cell = cell(column)
        guard cell != .missing, table.columns[column].kind == .textFile else {
            if case .bytes(let bytes) = cell { return String(decoding: bytes, as: UTF8.self) }
            return cell == .missing ? nil : cell.description
        }
        switch path(column) {
        case .nothing(let reason): throw Failure(.notFound, "\(place): \(reason).")
        case .file(let path): return try TextStream.contents(of: path, encoding: table.settings.encoding)
        }
    }
}
