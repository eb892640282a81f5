import Foundation
import Model
import Tables

/// Finds the columns and categories of a table's rows quickly.
struct TableIndex {
    private let numbers: [Int?]
    private let categories: [(place: Int?, numbers: [String: Int])]

    /// - Parameter columns: Names of the cells of a row, in order.
    init(_ table: TablePreparation, columns: [String]) {
        let places = Dictionary(columns.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
        numbers = table.numbers.map { places[$0.name] }
        categories = table.categories.map { column in
            let numbered = column.values.enumerated().map { ($0.element, $0.offset + 1) }
            return (places[column.name], Dictionary(numbered) { first, _ in first })
        }
    }

    /// Number of values in a row.
    var width: Int { numbers.count + categories.count }

    /// A row: its numbers, then the number of each category, 0 if it is missing or was never seen.
    func row(_ cells: [Cell]) -> [Float] {
        let values = numbers.map { place in place.map { Self.number(cells[$0]) } ?? .nan }
        let numbered = categories.map { column -> Float in
            guard let place = column.place, cells[place] != .missing else { return 0 }
            return Float(column.numbers[cells[place].description] ?? 0)
        }
        return values + numbered
    }

    private static func number(_ cell: Cell) -> Float {
        let number: Float? =
            switch cell {
            case .number(let number): Float(number)
            case .text(let text): Float(text)
            case .missing, .list, .bytes, .array: nil
            }
        guard let number, number.isFinite else { return .nan }
        return number
    }
}
