import Foundation
import Model

/// Rows with named fields, from one file or many.
protocol RowSource: AnyObject {
    /// Names of the fields.
    var names: [String] { get }
    /// Files that the rows come from, for messages.
    var files: [String] { get }
    /// The separator between the columns of a text table; nil for other sources.
    var separator: UInt8? { get }
    /// Notes for the user.
    var notes: [String] { get }

    /// Position of a row, for messages.
    func place(_ file: String, _ number: Int) -> String

    /// Passes every row in order, in memory that the next row reuses.
    func forEachRow(_ body: (RawRow) throws -> Void) throws

    /// Passes every row in order, and the number of each row that cannot be read together with the reason.
    func forEachRow(_ body: (RawRow) throws -> Void, unreadable: (RawRow, String) throws -> Void) throws
}

extension RowSource {
    var notes: [String] { [] }
    var separator: UInt8? { nil }

    /// For sources in which one row cannot be read without the others.
    func forEachRow(_ body: (RawRow) throws -> Void, unreadable: (RawRow, String) throws -> Void) throws {
        try forEachRow(body)
    }

    /// The position of a row, for messages: `people.csv, row 7`.
    func place(_ file: String, _ number: Int) -> String {
        // Without `URL`, which takes longer than reading the row.
        let name = file.lastIndex(of: "/").map { file[file.index(after: $0)...] } ?? file[...]
        return "\(name), row \(number)"
    }
}

/// Counts unusable rows and keeps the first ones for a message.
struct BadRows {
    private(set) var count = 0
    private(set) var first: String?

    mutating func add(_ what: @autoclosure () -> String) {
        count += 1
        if first == nil { first = what() }
    }
}
