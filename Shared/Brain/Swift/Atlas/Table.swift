import Model

/// Tab-separated values under a line of titles. Failures name file, line and column.
struct Table {
    /// A line of values.
    struct Row {
        let line: Int
        fileprivate let fields: [Substring]
        fileprivate let table: Table
    }

    let file: String
    let titles: [String]
    private let columns: [String: Int]
    private let lines: [(number: Int, fields: [Substring])]

    var rows: [Row] { lines.map { Row(line: $0.number, fields: $0.fields, table: self) } }

    /// Splits a text.
    /// - Parameter needed: Titles without which it cannot be read.
    init(_ text: String, file: String, needed: [String]) throws {
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.enumerated()
            .map { (number: $0.offset + 1, text: $0.element) }
        while lines.last?.text.isEmpty == true { lines.removeLast() }
        guard let head = lines.first else {
            throw Failure(.invalidArgument, "\(file):1: the file is empty; it must begin with a line of titles.")
        }
        titles = head.text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        columns = Dictionary(titles.enumerated().map { ($1, $0) }) { first, _ in first }
        self.file = file
        self.lines = lines.dropFirst().map {
            ($0.number, $0.text.split(separator: "\t", omittingEmptySubsequences: false))
        }
        if columns.count < titles.count {
            throw Failure(.invalidArgument, "\(file):1: a column is listed twice.")
        }
        for title in needed where columns[title] == nil {
            let question = NearestName.question(title, among: titles)
            throw Failure(
                .invalidArgument,
                "\(file):1: column '\(title)' is missing.\(question) Columns are separated by tabs; found: "
                    + "\(titles.joined(separator: ", ").prefix(400)).")
        }
        for line in self.lines where line.fields.count != titles.count {
            throw Failure(
                .invalidArgument,
                "\(file):\(line.number): the line has \(line.fields.count) columns, but there are \(titles.count) "
                    + "titles."
            )
        }
    }

    func has(_ title: String) -> Bool { columns[title] != nil }

    fileprivate func index(of title: String) -> Int? { columns[title] }
}

extension Table.Row {
    /// A value; empty if there is no such column.
    func text(_ title: String) -> String {
        table.index(of: title).map { String(fields[$0]) } ?? ""
    }

    /// A value that must not be empty.
    func name(_ title: String) throws -> String {
        let text = text(title)
        let isPrintable = !text.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
        guard !text.isEmpty, text.utf8.count <= 200, isPrintable else {
            throw wrong(title, "expected a name of 1 to 200 bytes.")
        }
        return text
    }

    /// A finite number; nil if the value is empty.
    func number(_ title: String, in range: ClosedRange<Double>) throws -> Double? {
        let text = text(title)
        guard !text.isEmpty else { return nil }
        let isDecimal = text.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
        guard isDecimal, let number = Double(text), number.isFinite else {
            throw wrong(title, "'\(text.prefix(80))' is not a number.")
        }
        guard range.contains(number) else {
            throw wrong(title, "\(text) is not from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// A required number.
    func required(_ title: String, in range: ClosedRange<Double>) throws -> Double {
        guard let number = try number(title, in: range) else { throw wrong(title, "expected a number.") }
        return number
    }

    func wrong(_ title: String, _ what: String) -> Failure {
        Failure(.invalidArgument, "\(table.file):\(line): column '\(title)': \(what)")
    }
}
