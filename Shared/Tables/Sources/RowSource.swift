import Model

/// Rows with named fields, from one file or many.
protocol RowSource: AnyObject {
    /// Names of the fields.
    var names: [String] { get }
    /// Files that the rows come from, for messages.
    var files: [String] { get }
    /// Notes for the user.
    var notes: [String] { get }

    /// Passes every row in order, in memory that the next row reuses.
    func forEachRow(_ body: (RawRow) throws -> Void) throws
}

extension RowSource {
    var notes: [String] { [] }
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
