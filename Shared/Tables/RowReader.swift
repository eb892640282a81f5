public import Model

/// Reads named columns of a table whose rows need no answer, as for predictions.
public final class RowReader {
    /// A requested column.
    public struct Column: Hashable, Sendable {
        /// Its name in the source.
        public let name: String
        /// Whether it holds numbers; text is read as written.
        public let isNumber: Bool
        /// Its purpose, for the message if it is missing.
        public let purpose: String

        /// Describes a column.
        public init(_ name: String, isNumber: Bool = false, purpose: String = "which the network reads") {
            self.name = name
            self.isNumber = isNumber
            self.purpose = purpose
        }
    }

    /// Finds the files that cells name.
    public let files: FileFinder

    private let opened: OpenedSource
    private let columns: [[Column]]
    private let fields: [[Int]]
    /// How numbers are written, by field.
    private let styles: [Int: NumberStyle]
    /// Rows that are looked at for it.
    private static let looked = 1_000

    /// Opens a source.
    /// - Parameter columns: The requested columns, in groups.
    /// - Throws: `Failure` that names the missing column and the existing ones.
    public convenience init(settings: DataSettings, columns: [[Column]]) throws {
        try self.init(SourceOpener(settings: settings).open(), settings: settings, columns: columns)
    }

    init(_ opened: OpenedSource, settings: DataSettings, columns: [[Column]]) throws {
        self.opened = opened
        files = FileFinder(settings.files ?? opened.folder)
        self.columns = columns
        let names = opened.rows.names
        let fields = try columns.map { group in
            try group.map { column in
                if let field = names.firstIndex(of: column.name) { return field }
                throw Failure(
                    .invalidArgument,
                    "'\(settings.source)' has no column '\(column.name)', \(column.purpose)."
                        + "\(NearestName.question(column.name, among: names)) Columns: "
                        + "\(ShortList.text(names))."
                )
            }
        }
        self.fields = fields
        let numbers = zip(columns.joined(), fields.joined()).filter(\.0.isNumber).map(\.1)
        styles = try Self.styles(of: Set(numbers), in: opened.rows)
    }

    /// How the numbers of some fields are written, by the first rows.
    private static func styles(of fields: Set<Int>, in rows: any RowSource) throws -> [Int: NumberStyle] {
        struct Enough: Error {}
        guard rows.separator != nil, !fields.isEmpty else { return [:] }
        var profiles = Dictionary(uniqueKeysWithValues: fields.map { ($0, ColumnProfile(rows.names[$0])) })
        var count = 0
        do {
            try rows.forEachRow { row in
                guard row.isText, count < looked else { throw Enough() }
                for field in fields { profiles[field]?.add(row.text(field)) { "" } }
                count += 1
            } unreadable: { _, _ in
            }
        } catch is Enough {}
        return profiles.compactMapValues { $0.style(separator: rows.separator) }
    }

    /// Passes every row in order: its position, and the cells of each group of columns, or why it cannot be read. What is
    /// not a number in a column of numbers stays text.
    public func forEachRow(_ body: (String, Result<[[Cell]], Failure>) throws -> Void) throws {
        let sources = opened.rows.files
        func place(_ row: RawRow) -> String { opened.rows.place(sources[row.file], row.number) }
        try opened.rows.forEachRow { row in
            let cells = zip(columns, fields).map { columns, fields in
                zip(columns, fields).map { column, field in
                    column.isNumber
                        ? row.number(field, style: styles[field] ?? .plain).map(Cell.number) ?? Self.value(row, field)
                        : Self.value(row, field)
                }
            }
            try body(place(row), .success(cells))
        } unreadable: { row, reason in
            try body(place(row), .failure(Failure(.corrupt, reason)))
        }
    }

    private static func value(_ row: RawRow, _ field: Int) -> Cell {
        row.isText ? row.textCell(field) : field < row.cells.count ? row.cells[field] : .missing
    }
}
