import ArgumentParser
import Foundation

/// Something that lists show: a row of a table, a name for scripts, an object of JSON.
protocol Listable: Encodable {
    /// Titles of the columns.
    static var columns: [String] { get }
    /// Titles of columns that a narrow terminal can do without, the most dispensable first.
    static var dispensable: [String] { get }
    /// One text for each column.
    var row: [String] { get }
    /// What `--quiet` prints.
    var name: String { get }
}

extension Listable {
    static var dispensable: [String] { [] }
}

/// Form of a list.
enum ListFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
}

/// Options of every command that prints a list.
struct ListOptions: ParsableArguments {
    @Option(name: .long, help: "Form of the output: table or json.")
    var format: ListFormat = .table

    @Flag(name: .long, help: "Show every column whole, however wide the terminal is.")
    var wide = false

    @Flag(name: [.short, .long], help: "Print names only.")
    var quiet = false

    /// Prints the list on stdout.
    func render<Item: Listable>(_ items: [Item]) throws {
        if quiet { return items.forEach { emit(printableLine($0.name)) } }
        if format == .json { return emit(try json(items)) }
        var table = Table(Item.columns, items.map(\.row))
        if !wide, let width = OutputStream.result.width { table.fit(width, dropping: Item.dispensable) }
        emit(table.text)
        guard !table.dropped.isEmpty else { return }
        say("(left out: \(table.dropped.joined(separator: ", ")); --wide shows every column)")
    }
}

/// The option of a command that shows one thing.
struct FormatOption: ParsableArguments {
    @Option(name: .long, help: "Form of the output: table or json.")
    var format: ListFormat = .table

    /// Prints a value as JSON, or its text.
    func render(_ value: some Encodable, _ text: @autoclosure () -> String) throws {
        emit(format == .json ? try json(value) : text())
    }
}

/// The value as JSON with sorted keys.
func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// The rows under their titles, columns aligned; columns of numbers to the right.
func table(_ titles: [String], _ rows: [[String]]) -> String { Table(titles, rows).text }
