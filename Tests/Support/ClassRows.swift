public import Foundation

/// Synthetic rows of three classes, of one kind of data.
public enum ClassRows: String, CaseIterable, Sendable {
    case text, table, audio, series

    /// Names of the classes; the rows of each differ clearly from those of the others.
    public static let classes = ["one", "two", "four"]
    /// Name of the column with the class.
    public static let target = "kind"
    /// Steps of a series.
    private static let steps = 24

    /// Names of the other columns.
    public var columns: [String] {
        switch self {
        case .text: ["note"]
        case .table: ["size", "weight", "color"]
        case .audio: ["voice"]
        case .series: (0..<Self.steps).map { "t\($0)" }
        }
    }

    /// Names of the columns that its modality consists of.
    public var inputs: [String] { self == .series ? ["t"] : columns }

    /// Writes a table with 90 rows of some classes, with the files that it names.
    /// - Parameters:
    ///   - kinds: Numbers of the classes.
    ///   - first: Number of the first row; tables with other numbers have other rows.
    public func write(_ kinds: [Int], as name: String, to folder: URL, from first: Int = 0) throws {
        let lines = try (0..<90).map { row in
            let kind = kinds[row % kinds.count]
            return "\(try write(first + row, of: kind, to: folder)),\(Self.classes[kind])"
        }
        let header = (columns + [Self.target]).joined(separator: ",")
        try Data((([header] + lines).joined(separator: "\n") + "\n").utf8).write(to: folder.appending(path: name))
    }

    /// A row of a class, with the files that it names.
    private func write(_ row: Int, of kind: Int, to folder: URL) throws -> String {
        switch self {
        case .text:
            let words = ["apple pear plum", "river lake shore", "engine wheel brake"][kind].split(separator: " ")
            return "the \(words[row % 3]) and the \(words[(row / 3) % 3]) of day \(row % 10)"
        case .table:
            let weight = row % 7 == 3 ? "" : "\([10, 20, 40][kind] + row % 5)"
            let size = [1, 5, 9][kind] + Double(row % 4) / 10
            return "\(size),\(weight),\(["red", "blue", "green"][(kind + row / 9) % 3])"
        case .audio:
            try MixedRows.wave(seconds: 0.2, rate: 8_000, pitch: [300, 900, 2_400][kind] + 10 * (row % 5))
                .write(to: folder.appending(path: "\(kind)-\(row).wav"))
            return "\(kind)-\(row).wav"
        case .series:
            let period = [24.0, 8, 4][kind]
            return (0..<Self.steps).map { step in
                "\((1_000 * sin(2 * Double.pi * Double(step + row % 11) / period)).rounded() / 1_000)"
            }.joined(separator: ",")
        }
    }
}
