import Foundation
import Model

/// Joins tables on a key: one has a row per sample, and the others have further columns or the steps of series.
enum Joining {
    /// Opens a table and joins others that the user names by path relative to the folder, each with its key column.
    static func open(
        _ path: String, join: [String: String], folder: String, opener: SourceOpener
    ) throws -> OpenedSource {
        var opened = try opener.table(path, folder: folder)
        for (name, key) in join.sorted(by: { $0.key < $1.key }) {
            let (rows, _) = try opener.rows(name.hasPrefix("/") ? name : "\(folder)/\(name)")
            guard opened.rows.names.contains(key), rows.names.contains(key) else {
                let side = opened.rows.names.contains(key) ? rows : opened.rows
                throw Failure.missingColumn(key, "data.join.\(name)", side.names)
            }
            opened.rows = try JoinedSource(opened.rows, with: rows, named: name, by: key)
            if !opened.keys.contains(key) { opened.keys.append(key) }
        }
        opened.form += " joined with \(join.keys.sorted().joined(separator: ", "))"
        return opened
    }

    /// Finds which of several tables has one row per sample: the one in which a shared column never repeats.
    static func found(
        _ names: [String], _ tables: [any RowSource], folder: String, opener: SourceOpener
    ) throws -> OpenedSource? {
        var best: (table: Int, join: [String: String])?
        for (index, table) in tables.enumerated() {
            var join: [String: String] = [:]
            for (other, name) in names.enumerated() where other != index {
                let shared = table.names.filter { tables[other].names.contains($0) }
                if let key = try shared.first(where: { try isUnique($0, in: table) }) { join[name] = key }
            }
            // If several fit, the table of samples has fewer rows, and does not repeat its key elsewhere.
            if join.count == names.count - 1, best == nil { best = (index, join) }
        }
        guard let best else { return nil }
        var opened = try open("\(folder)/\(names[best.table])", join: best.join, folder: folder, opener: opener)
        let keys = best.join.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        opened.notes.append(
            "Tables are joined like 'data: {source: \(names[best.table]), join: {\(keys)}}', inferred from the data.")
        opened.join = best.join
        opened.table = "\(folder)/\(names[best.table])"
        return opened
    }

    private static func isUnique(_ name: String, in table: any RowSource) throws -> Bool {
        guard let field = table.names.firstIndex(of: name) else { return false }
        struct Repeated: Error {}
        var seen: Set<UInt64> = []
        do {
            try table.forEachRow { row in
                let key = row.key(field)
                if key == 0 || !seen.insert(key).inserted { throw Repeated() }
            }
            return true
        } catch is Repeated {
            return false
        }
    }
}

/// Rows of a table, extended with what another table has for their keys: columns, or the steps of a series.
final class JoinedSource: RowSource {
    /// Names of columns that order the steps of a series.
    static let timeNames: Set<String> = [
        "time", "t", "step", "timestamp", "frame", "index", "second", "seconds", "ms", "sample", "position", "order",
        "date", "datetime",
    ]

    let names: [String]
    let files: [String]
    private(set) var notes: [String]
    private let base: any RowSource
    private let field: Int
    private var cells: [UInt64: [Cell]] = [:]
    private let added: Int

    /// Reads the other table, which must fit into memory: 4 bytes per number of a series.
    init(_ base: any RowSource, with other: any RowSource, named name: String, by key: String) throws {
        self.base = base
        files = base.files
        notes = base.notes + other.notes
        field = base.names.firstIndex(of: key) ?? 0
        let keyField = other.names.firstIndex(of: key) ?? 0
        let values = other.names.indices.filter { $0 != keyField && !base.names.contains(other.names[$0]) }
        var repeats = false
        var seen: Set<UInt64> = []
        try other.forEachRow { if !seen.insert($0.key(keyField)).inserted { repeats = true } }
        if repeats {
            let time = values.first { Self.timeNames.contains(other.names[$0].lowercased()) }
            let channels = values.filter { $0 != time }
            let stem = URL(filePath: name).lastPathComponent.split(separator: ".").first.map(String.init) ?? name
            names = base.names + [base.names.contains(stem) ? "\(stem)_series" : stem]
            added = 1
            try readSeries(other, keyField, time, channels, name)
        } else {
            names = base.names + values.map { other.names[$0] }
            added = values.count
            try other.forEachRow { row in cells[row.key(keyField)] = values.map { row.cell($0) } }
        }
    }

    private func readSeries(
        _ other: any RowSource, _ keyField: Int, _ time: Int?, _ channels: [Int], _ name: String
    ) throws {
        var steps: [UInt64: (times: [Double], values: [Float])] = [:]
        try other.forEachRow { row in
            let key = row.key(keyField)
            guard key != 0 else { return }
            var values: [Float] = []
            for channel in channels {
                let cell = row.cell(channel)
                guard cell == .missing || row.number(channel) != nil else {
                    throw Failure(
                        .invalidArgument,
                        "\(other.place(other.files[row.file], row.number)): '\(other.names[channel])' has "
                            + "'\(cell.description)', but the steps of a series must be numbers.")
                }
                values.append(row.number(channel).map { Float($0) } ?? .nan)
            }
            let moment = time.flatMap { row.number($0) } ?? Double(steps[key]?.times.count ?? 0)
            steps[key, default: ([], [])].times.append(moment)
            steps[key]?.values += values
        }
        let order = time.map { "ordered by '\(other.names[$0])'" } ?? "in the order of the rows"
        notes.append(
            "'\(name)' has several rows per key, which are read as series with \(channels.count) channels ("
                + "\(channels.prefix(8).map { other.names[$0] }.joined(separator: ", "))), \(order).")
        for (key, step) in steps {
            let sorted = step.times.indices.sorted { (step.times[$0], $0) < (step.times[$1], $1) }
            let width = channels.count
            let values = sorted.flatMap { step.values[($0 * width)..<(($0 + 1) * width)] }
            cells[key] = [.array(NumericArray(shape: [sorted.count, width], values: values))]
        }
    }

    func forEachRow(_ body: (RawRow) throws -> Void) throws {
        let row = RawRow()
        let nothing = Array(repeating: Cell.missing, count: added)
        try base.forEachRow { inner in
            row.file = inner.file
            row.number = inner.number
            row.part = inner.part
            row.cells = (0..<inner.count).map { inner.cell($0) } + (cells[inner.key(field)] ?? nothing)
            try body(row)
        }
    }
}
