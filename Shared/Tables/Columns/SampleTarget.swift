public import Model

/// The answer of one sample.
public enum SampleAnswer: Hashable, Sendable {
    /// The number of its class.
    case `class`(Int)
    /// The numbers of its labels, ascending; may be empty.
    case labels([Int])
    /// The numbers to predict, in the order of the target's columns.
    case numbers([Double])
}

/// What is learned from a table.
public struct SampleTarget: Hashable, Sendable {
    /// The columns, as indices into the table's columns.
    public var columns: [Int]
    /// The networks' target. Means and deviations of numbers are those of the training samples.
    public var target: Target
    /// Number of samples per class or label; empty for numbers.
    public var counts: [Int]
    /// How it was inferred, and how to override it; nil if the user specified all of it.
    public var guess: String?
}

/// Reads the answers of rows.
struct AnswerReader {
    /// How answers are written in rows.
    enum Form {
        case classes(field: Int)
        case labels(field: Int, separator: Character?)
        case flags(fields: [Int])
        case numbers(fields: [Int], styles: [NumberStyle])
    }

    let form: Form
    /// The number of a class by the key of its value, or of a label by its hash.
    private var codes: [UInt64: Int32] = [:]

    init(_ form: Form) { self.form = form }

    /// Sets the numbers of the classes.
    mutating func number(_ keys: [UInt64]) {
        codes = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, Int32($0)) })
    }

    /// The answer of a row; nil if it has none.
    func answer(_ row: RawRow) -> SampleAnswer? {
        switch form {
        case .classes(let field): codes[row.key(field)].map { .class(Int($0)) }
        case .labels(let field, let separator):
            Self.labels(row, field, separator).map { labels in
                .labels(Set(labels.compactMap { codes[Hash.text($0)].map(Int.init) }).sorted())
            }
        case .flags(let fields): Self.flags(row, fields)
        case .numbers(let fields, let styles): Self.numbers(row, fields, styles)
        }
    }

    /// The labels of a row; nil if the cell is missing.
    static func labels(_ row: RawRow, _ field: Int, _ separator: Character?) -> [String]? {
        switch row.textCell(field) {
        case .missing: nil
        case .list(let cells): cells.filter { $0 != .missing }.map(\.description)
        case .text(let text): LabelText.parts(text, separator)
        case let cell: [cell.description]
        }
    }

    private static func flags(_ row: RawRow, _ fields: [Int]) -> SampleAnswer? {
        var labels: [Int] = []
        for (label, field) in fields.enumerated() {
            guard let flag = row.number(field) else { return nil }
            if flag != 0 { labels.append(label) }
        }
        return .labels(labels)
    }

    private static func numbers(_ row: RawRow, _ fields: [Int], _ styles: [NumberStyle]) -> SampleAnswer? {
        var numbers: [Double] = []
        for (field, style) in zip(fields, styles) {
            guard let number = row.number(field, style: style), number.isFinite else { return nil }
            numbers.append(number)
        }
        return .numbers(numbers)
    }
}

extension StringProtocol {
    /// The text without surrounding blanks.
    var trimmed: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        return String(rest)
    }
}
