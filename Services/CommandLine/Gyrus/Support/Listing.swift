import ArgumentParser
import Foundation

/// Something that lists show: a row of a table, a name for scripts, an object of JSON.
protocol Listable: Encodable {
    /// Titles of the columns.
    static var columns: [String] { get }
    /// One text for each column.
    var row: [String] { get }
    /// What `--quiet` prints.
    var name: String { get }
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

    @Flag(name: [.short, .long], help: "Print names only.")
    var quiet = false

    /// Prints the list on stdout.
    func render<Item: Listable>(_ items: [Item]) throws {
        if quiet {
            items.forEach { emit($0.name) }
        } else if format == .json {
            emit(try json(items))
        } else {
            emit(table(Item.columns, items.map(\.row)))
        }
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
func table(_ titles: [String], _ rows: [[String]]) -> String {
    let columns = titles.indices
    let isNumeric = columns.map { column in
        !rows.isEmpty && rows.allSatisfy { ["", "–"].contains($0[column]) || Double(numeral($0[column])) != nil }
    }
    let widths = columns.map { column in ([titles] + rows).map { $0[column].count }.max() ?? 0 }
    let lines = ([titles] + rows).map { row in
        columns.map { column in
            let space = String(repeating: " ", count: widths[column] - row[column].count)
            if isNumeric[column] { return space + row[column] }
            return column == columns.last ? row[column] : row[column] + space
        }.joined(separator: "   ")
    }
    return lines.joined(separator: "\n")
}

private func numeral(_ text: String) -> String {
    text.replacing(",", with: "").replacing("%", with: "").trimmingCharacters(in: .whitespaces)
}
