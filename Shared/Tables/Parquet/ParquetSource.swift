import Foundation
import Model

/// A Parquet file, read one page at a time.
final class ParquetSource: RowSource {
    let names: [String]
    let files: [String]
    private let path: String
    private let part: SamplePart?
    private let leaves: [ParquetLeaf]
    private let used: [Int]
    private let groups: [ThriftValue]

    /// Reads the metadata at the end of a file.
    init(_ path: String, part: SamplePart? = nil) throws {
        self.path = path
        self.part = part
        files = [path]
        guard let size = DataFolder.size(of: path), size >= 12 else { throw Self.failure(path, "it is too short") }
        let tail = try FileStream(path, from: size - 8).bytes(8)
        guard tail.suffix(4).elementsEqual("PAR1".utf8) else {
            let isLocked = tail.suffix(4).elementsEqual("PARE".utf8)
            throw Self.failure(
                path, isLocked ? "it is encrypted" : "it does not end like a Parquet file; is it truncated?")
        }
        let length = tail.prefix(4).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        guard length <= size - 12 else { throw Self.failure(path, "its metadata is longer than the file") }
        let footer = try FileStream(path, from: size - 8 - length).bytes(length)
        do {
            let meta = try footer.withUnsafeBytes { bytes in
                var reader = ThriftReader(bytes)
                return try reader.fields()
            }
            leaves = try ParquetLeaf.leaves(meta[2]?.elements ?? [])
            groups = meta[4]?.elements ?? []
        } catch is ThriftReader.Problem {
            throw Self.failure(path, "its metadata is unreadable")
        }
        // Hugging Face stores files as {bytes, path}; only the content counts. Indices of pandas are not columns.
        let all = leaves.map(\.name)
        used = leaves.indices.filter { index in
            let name = all[index]
            let isPath = name.hasSuffix(".path") && all.contains(String(name.dropLast(5)) + ".bytes")
            return !isPath && !name.hasPrefix("__index_level_")
        }
        names = used.map { index in
            let name = all[index]
            let isContent = name.hasSuffix(".bytes") && all.contains(String(name.dropLast(6)) + ".path")
            return isContent ? String(name.dropLast(6)) : name
        }
        guard !names.isEmpty else { throw Self.failure(path, "it has no columns") }
    }

    private static func failure(_ path: String, _ what: String) -> Failure {
        Failure(.corrupt, "'\(path)' cannot be read as Parquet: \(what).")
    }

    func forEachRow(_ body: (RawRow) throws -> Void) throws {
        let row = RawRow()
        row.part = part
        for group in groups {
            guard let chunks = group[1]?.elements, chunks.count == leaves.count, let rows = group[3]?.integer, rows >= 0
            else {
                throw Self.failure(path, "a row group and the schema differ in the number of columns")
            }
            var columns: [ParquetColumn] = []
            for index in used {
                columns.append(try reading(index) { try ParquetColumn($0, chunk: chunks[index], path: path) })
            }
            for _ in 0..<rows {
                row.cells.removeAll(keepingCapacity: true)
                row.number += 1
                for (place, index) in used.enumerated() {
                    row.cells.append(try reading(index) { _ in try columns[place].next() })
                }
                try body(row)
            }
        }
    }

    /// Adds the name of the unreadable column.
    private func reading<Value>(_ index: Int, _ body: (ParquetLeaf) throws -> Value) throws -> Value {
        do {
            return try body(leaves[index])
        } catch let problem as ParquetValues.Problem {
            throw Self.failure(path, "column '\(leaves[index].name)': \(problem.message)")
        } catch is ThriftReader.Problem {
            throw Self.failure(path, "column '\(leaves[index].name)' has an invalid page")
        }
    }
}
