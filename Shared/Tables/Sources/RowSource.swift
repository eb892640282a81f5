import Foundation
import Model

/// Rows with named fields, from one file or many.
protocol RowSource: AnyObject {
    /// Names of the fields.
    var names: [String] { get }
    /// Files that rows come from, for messages.
    var files: [String] { get }
    /// What parts the columns of a table of text; nil in other sources.
    var separator: UInt8? { get }
    /// What was found that a user should know.
    var notes: [String] { get }

    /// Where a row stands, for messages.
    func place(_ file: String, _ number: Int) -> String

    /// Gives every row in order, in memory that the next row reuses.
    func forEachRow(_ body: (RawRow) throws -> Void) throws
}

extension RowSource {
    var notes: [String] { [] }
    var separator: UInt8? { nil }

    /// Where a row stands, for messages: `people.csv, row 7`.
    func place(_ file: String, _ number: Int) -> String { "\(URL(filePath: file).lastPathComponent), row \(number)" }
}

/// Counts rows that cannot be used, and keeps the first to be named.
struct BadRows {
    private(set) var count = 0
    private(set) var first: String?

    mutating func add(_ what: @autoclosure () -> String) {
        count += 1
        if first == nil { first = what() }
    }
}
