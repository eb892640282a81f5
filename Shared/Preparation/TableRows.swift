import Crypto
import Foundation
import Model
public import Tables

/// The samples of a user's table, in the form that the preparation reads.
public struct TableRows: SampleRows {
    /// The modalities of the table.
    public let modalities: [RawModality]
    /// Finds the files that the table names.
    public var files: FileFinder { table.files }

    private let table: SampleTable
    private let group: Int?

    /// Takes an opened table.
    public init(_ table: SampleTable) throws {
        self.table = table
        group = table.group
        modalities = table.modalities.map { modality in
            RawModality(
                name: modality.name, kind: modality.kind,
                columns: modality.columns.flatMap { column in
                    table.fieldNames(of: column).map {
                        let kind = table.columns[column].kind
                        return RawModality.Column(name: $0, isCategory: kind == .category, isFile: kind.isFile)
                    }
                }, settings: modality.settings)
        }
    }

    /// Passes all samples in the order of the source.
    public func forEachSample(_ body: (RawSample) throws -> Void) throws {
        var (groups, count): ([String: Int], Int) = ([:], 0)
        try table.forEachRow { row in
            let number = group.map { column -> Int in
                let cell = row.cell(column)
                if cell != .missing, let known = groups[cell.description] { return known }
                // A row without a value is a group of its own.
                defer { count += 1 }
                if cell != .missing { groups[cell.description] = count }
                return count
            }
            try body(
                RawSample(
                    place: row.place, part: row.part, cells: table.modalities.map { $0.columns.map(row.cell) },
                    answer: row.answer, group: number))
        }
    }

    /// Digest of everything that is read: every cell, every answer, and the contents of the files that cells name.
    /// - Throws: Errors from reading the table; unreadable files count as missing.
    public func digest() throws -> String {
        var hash = SHA256()
        try forEachSample { sample in
            hash.update(data: Data("\(sample.part.rawValue) \(sample.answer.map { "\($0)" } ?? "")\n".utf8))
            for (modality, cells) in zip(modalities, sample.cells) {
                let isFile = modality.columns.contains(where: \.isFile)
                for cell in cells { Self.add(cell, isFile: isFile, files, &hash) }
            }
        }
        return hash.finalize().map { String(format: "%02x", $0) }.joined()
    }

    private static func add(_ cell: Cell, isFile: Bool, _ files: FileFinder, _ hash: inout SHA256) {
        switch cell {
        case .bytes(let bytes): hash.update(data: bytes)
        case .array(let array): array.values.withUnsafeBytes { hash.update(bufferPointer: $0) }
        case .missing, .number, .list: hash.update(data: Data("\(cell.description)\n".utf8))
        case .text(let text):
            hash.update(data: Data("\(text)\n".utf8))
            if isFile, case .file(let path) = files.find(text), let content = FileManager.default.contents(atPath: path)
            {
                hash.update(data: content)
            }
        }
    }
}
