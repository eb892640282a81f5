import Model

/// Rows with named fields, from one file or many.
protocol RowSource: AnyObject {
    /// Names of the fields.
    var names: [String] { get }
    /// Files that rows come from, for messages.
    var files: [String] { get }
    /// What was found that a user should know.
    var notes: [String] { get }

    /// Gives every row in order, in memory that the next row reuses.
    func forEachRow(_ body: (RawRow) throws -> Void) throws
}

extension RowSource {
    var notes: [String] { [] }
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
