import ArgumentParser
import Foundation
import Presentation

/// An item of a list: a row of a table, a name for scripts, a JSON object.
protocol Listable: Encodable {
    /// Titles of the columns.
    static var columns: [String] { get }
    /// Titles of columns that may be dropped on a narrow terminal, first to drop first.
    static var dispensable: [String] { get }
    /// The cells, one for each column.
    var row: [String] { get }
    /// The name that `--quiet` prints.
    var name: String { get }
}

extension Listable {
    static var dispensable: [String] { [] }
}

/// Output format of a list.
enum ListFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
}

/// Options of every command that prints a list.
struct ListOptions: ParsableArguments {
    @Option(name: .long, help: "Output format: table or json.")
    var format: ListFormat = .table

    @Flag(name: .long, help: "Show all columns in full, regardless of the terminal's width.")
    var wide = false

    @Flag(name: [.short, .long], help: "Print names only.")
    var quiet = false

    /// Prints the list on stdout.
    func render<Item: Listable>(_ items: [Item]) throws {
        if quiet { return items.forEach { emit(VisibleText.line($0.name)) } }
        if format == .json { return emit(try json(items)) }
        var table = Table(Item.columns, items.map(\.row))
        if !wide, let width = OutputStream.result.width { table.fit(width, dropping: Item.dispensable) }
        emit(table.text)
        guard !table.dropped.isEmpty else { return }
        say("(columns left out: \(table.dropped.joined(separator: ", ")); --wide shows all)")
    }
}

/// The output option of a command that shows one item.
struct FormatOption: ParsableArguments {
    @Option(name: .long, help: "Output format: table or json.")
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

/// A table with aligned columns; columns of numbers are right-aligned.
func table(_ titles: [String], _ rows: [[String]]) -> String { Table(titles, rows).text }
